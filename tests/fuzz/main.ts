/**
 * `npm run fuzz -- [--cases N] [--seed S] [--kind K]… [--write]`: random cases against the engine; those that fail are
 * printed with the name by which `--case NAME` runs one of them again. `--write` keeps the table as
 * tests/scoreboards/isorun-fuzz.txt, which a run that is interrupted does not.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { comparedKinds } from "./compare-verdicts.ts";
import { type Job, parseCaseId } from "./job.ts";
import { kinds } from "./kinds.ts";
import { type Progress, runFuzz } from "./run-fuzz.ts";
import { type Asked, formatScoreboard } from "./scoreboard.ts";
import { WatchedChild } from "./watched-child.ts";

const board = join(import.meta.dir, "../scoreboards/isorun-fuzz.txt");
const findingsShown = 20;
const progressMs = 5000;
/** Of the components, one in so many is shown to wasmtime too. */
const comparedOneIn = 40;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cases: { type: "string", default: "1000000" },
      seed: { type: "string" },
      kind: { type: "string", multiple: true },
      case: { type: "string" },
      write: { type: "boolean" },
    },
  });
  if (values.case !== undefined) return runOne(values.case);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  const total = Number(values.cases);
  const unknown = values.kind?.find((kind) => !kinds.has(kind));
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(total) || unknown !== undefined) {
    console.error(`usage: npm run fuzz -- [--cases N] [--seed S] [--kind ${[...kinds.keys()].join("|")}]… [--write]`);
    return 2;
  }
  console.error(`seed ${seed}`);
  const asked = { seed, cases: total, kinds: values.kind ?? [] };
  return runAll(asked, { isWritten: values.write === true });
}

/** So many of each kind, at least one scene. */
function shares({ cases: total, kinds: chosen }: Asked): ReadonlyMap<string, number> {
  const among = [...kinds].filter(([kind]) => chosen.length === 0 || chosen.includes(kind));
  const all = among.reduce((sum, [, { share }]) => sum + share, 0);
  return new Map(among.map(([kind, { share }]) => [kind, Math.ceil((total * share) / all)]));
}

async function runAll(asked: Asked, { isWritten }: { readonly isWritten: boolean }): Promise<number> {
  const { seed } = asked;
  const cases = shares(asked);
  const interruption = listenForSignals();
  const run = { seed, processes: availableParallelism(), signal: interruption.signal };
  const results = await runFuzz({ ...run, cases, onProgress: progressOf(cases) });
  const verdicts = await runFuzz({ ...run, cases: comparedOf(cases), isJudged: true });
  const findings = [...results.values(), ...verdicts.values()].flatMap((result) => result.findings);
  for (const { id, what } of findings.slice(0, findingsShown)) console.log(`${id}\n${what}\n`);
  const table = formatScoreboard({ asked, results, verdicts });
  process.stdout.write(table);
  if (interruption.exitCode !== undefined) {
    console.log("interrupted: this is what was run until then, and is not written down");
    return interruption.exitCode;
  }
  if (isWritten) writeFileSync(board, table);
  return findings.length === 0 ? 0 : 1;
}

function comparedOf(cases: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map(comparedKinds.map((kind) => [kind, Math.ceil((cases.get(kind) ?? 0) / comparedOneIn)]));
}

interface Interruption {
  readonly signal: AbortSignal;
  /** As shells have it: 128 and the number of the signal. */
  exitCode: number | undefined;
}

/** The first signal ends the run with what it has; a second one ends the process. */
function listenForSignals(): Interruption {
  const abort = new AbortController();
  const interruption: Interruption = { signal: abort.signal, exitCode: undefined };
  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => {
      interruption.exitCode = exitCode;
      abort.abort();
    });
  }
  return interruption;
}

/** A line after the first batch, and then every few seconds. */
function progressOf(cases: ReadonlyMap<string, number>): (progress: Progress) => void {
  const total = [...cases.values()].reduce((sum, count) => sum + count, 0);
  const start = performance.now();
  let shown = -Infinity;
  return ({ cases: done, findings }) => {
    const now = performance.now();
    if (now - shown < progressMs) return;
    shown = now;
    console.error(`${done} of ${total} cases, ${findings} findings, ${Math.round((now - start) / 1000)} s`);
  };
}

async function runOne(id: string): Promise<number> {
  const job = parseCaseId(id);
  if (job === undefined || !kinds.has(job.kind)) {
    console.error(`'${id}' is no case: they are named like component:0123abcd.7`);
    return 2;
  }
  const child = new WatchedChild();
  const jobs: readonly Job[] = [job, ...(comparedKinds.includes(job.kind) ? [{ ...job, isJudged: true }] : [])];
  const found: string[] = [];
  const endings: string[] = [];
  for (const each of jobs) {
    const ended = await child.run(each, 60_000);
    if (ended.kind === "died") found.push(ended.how);
    else {
      found.push(...ended.report.findings.map(({ what }) => what));
      endings.push(...Object.keys(ended.report.endings));
    }
  }
  await child.stop();
  console.log(found.join("\n") || endings.join());
  return found.length === 0 ? 0 : 1;
}
