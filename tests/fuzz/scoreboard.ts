/** What a run came to, as a table that shows a change as a difference. */
import type { Comparison } from "./compare-verdicts.ts";
import type { KindResult } from "./run-fuzz.ts";

export interface Board {
  readonly seed: number;
  readonly results: ReadonlyMap<string, KindResult>;
  readonly verdicts: Comparison;
}

export function formatScoreboard({ seed, results, verdicts }: Board): string {
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
  const compared = `Judged by wasmtime too: ${verdicts.compared} components, ${verdicts.findings.length} otherwise (${endingsOf(verdicts.endings)}).`;
  return `npm run fuzz -- --cases ${cases} --seed ${seed}\n\n${aligned(table)}\n${compared}\n`;
}

const endingsOf = (endings: ReadonlyMap<string, number>): string =>
  [...endings]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([ending, count]) => `${ending} ${count}`)
    .join(" · ");

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(([kind = "", cases = "", findings = "", ended = ""]) =>
      `${kind.padEnd(widths[0] ?? 0)}  ${cases.padStart(widths[1] ?? 0)}  ${findings.padStart(widths[2] ?? 0)}  ${ended}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
