/**
 * `npm run fuzz -- [--cases N] [--seed S] [--kind K]… [--write]`: random cases against the engine; those that fail are
 * printed with the name by which `--case NAME` runs one of them again. `--write` keeps the table as
 * tests/scoreboards/isorun-fuzz.txt, which a run that is interrupted does not.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareCases, comparedKinds, compareVerdicts } from "./compare-verdicts.ts";
import { parseCaseId } from "./job.ts";
import { kinds } from "./kinds.ts";
import { type Progress, runFuzz } from "./run-fuzz.ts";
import { formatScoreboard } from "./scoreboard.ts";
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
  return runAll({ seed, cases: shares(total, values.kind), isWritten: values.write === true });
}

/** So many of each kind, at least one scene. */
function shares(total: number, chosen: readonly string[] = [...kinds.keys()]): ReadonlyMap<string, number> {
  const among = [...kinds].filter(([kind]) => chosen.includes(kind));
  const all = among.reduce((sum, [, { share }]) => sum + share, 0);
  return new Map(among.map(([kind, { share }]) => [kind, Math.ceil((total * share) / all)]));
}

interface Whole {
  readonly seed: number;
  readonly cases: ReadonlyMap<string, number>;
  readonly isWritten: boolean;
}

async function runAll({ seed, cases, isWritten }: Whole): Promise<number> {
  const interruption = listenForSignals();
  const { signal } = interruption;
  const results = await runFuzz({
    seed,
    cases,
    processes: availableParallelism(),
    onProgress: progressOf(cases),
    signal,
  });
  const verdicts = await compareVerdicts(seed, { counts: signal.aborted ? new Map() : comparedOf(cases), signal });
  const findings = [...[...results.values()].flatMap((result) => result.findings), ...verdicts.findings];
  for (const { id, what } of findings.slice(0, findingsShown)) console.log(`${id}\n${what}\n`);
  const table = formatScoreboard({ seed, results, verdicts });
  process.stdout.write(table);
  if (interruption.exitCode !== undefined) {
    console.log("interrupted: this is what was run until then, and is not written down");
    return interruption.exitCode;
  }
  if (isWritten) writeFileSync(board, table);
  return findings.length === 0 ? 0 : 1;
}

function comparedOf(cases: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map(comparedKinds.map((kind) => [kind, Math.floor((cases.get(kind) ?? 0) / comparedOneIn)]));
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
  const ended = await child.run(job, 60_000);
  await child.stop();
  if (ended.kind === "died") {
    console.log(ended.how);
    return 1;
  }
  const { endings } = ended.report;
  const findings = [...ended.report.findings, ...(await compareCases([job])).findings];
  console.log(findings.map(({ what }) => what).join("\n") || Object.keys(endings).join());
  return findings.length === 0 ? 0 : 1;
}
