/** What a run came to, as a table that shows a change as a difference. */
import type { KindResult } from "./run-fuzz.ts";

export interface Board {
  readonly asked: Asked;
  readonly results: ReadonlyMap<string, KindResult>;
  /** Of the components that wasmtime judged too. */
  readonly verdicts: ReadonlyMap<string, KindResult>;
}

/** What gives the same board once more. */
export interface Asked {
  readonly seed: number;
  /** Of all kinds together; each has a whole number of its own, so that they may be some more. */
  readonly cases: number;
  /** All of them if it names none. */
  readonly kinds: readonly string[];
}

export function formatScoreboard({ asked, results, verdicts }: Board): string {
  const all = [...results.values()];
  const cases = all.reduce((sum, result) => sum + result.cases, 0);
  const findings = all.reduce((sum, result) => sum + result.findings.length, 0);
  const rows = [...results].map(([kind, result]) => [
    kind,
    String(result.cases),
    String(result.findings.length),
    endingsOf(result.endings),
  ]);
  const table = [["kind", "cases", "findings", "ended"], ...rows, ["all", String(cases), String(findings), ""]];
  return `${commandOf(asked)}\n\n${aligned(table)}${judgedBy(verdicts)}`;
}

const commandOf = ({ seed, cases, kinds }: Asked): string =>
  ["npm run fuzz --", `--cases ${cases}`, `--seed ${seed}`, ...kinds.map((kind) => `--kind ${kind}`)].join(" ");

function judgedBy(verdicts: Board["verdicts"]): string {
  const endings = new Map<string, number>();
  for (const [ending, count] of [...verdicts.values()].flatMap((result) => [...result.endings])) {
    endings.set(ending, (endings.get(ending) ?? 0) + count);
  }
  const all = [...verdicts.values()];
  const cases = all.reduce((sum, result) => sum + result.cases, 0);
  if (cases === 0) return "";
  const findings = all.reduce((sum, result) => sum + result.findings.length, 0);
  return `\nJudged by wasmtime too: ${cases} components, ${findings} otherwise (${endingsOf(endings)}).\n`;
}

/** How often each ending came, by their words. */
export const endingsOf = (endings: ReadonlyMap<string, number>): string =>
  [...endings]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([ending, count]) => `${ending} ${count}`)
    .join(" · ");

/** Rows of a name, two numbers and a text. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(([kind = "", cases = "", findings = "", ended = ""]) =>
      `${kind.padEnd(widths[0] ?? 0)}  ${cases.padStart(widths[1] ?? 0)}  ${findings.padStart(widths[2] ?? 0)}  ${ended}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
