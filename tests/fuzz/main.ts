/**
 * `npm run fuzz -- [--cases N] [--seed S] [--kind K]… [--write]`: random cases against the engine; those that fail are
 * printed with the name by which `--case NAME` runs one of them again. `--write` keeps the table as
 * tests/scoreboards/isorun-fuzz.txt.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareVerdicts } from "./compare-verdicts.ts";
import { parseCaseId } from "./job.ts";
import { kinds } from "./kinds.ts";
import { runFuzz } from "./run-fuzz.ts";
import { formatScoreboard } from "./scoreboard.ts";
import { WatchedChild } from "./watched-child.ts";

const board = join(import.meta.dir, "../scoreboards/isorun-fuzz.txt");
const findingsShown = 20;
/** Of the components, one in so many is shown to wasmtime too. */
const comparedOneIn = 200;

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
  const results = await runFuzz({ seed, cases, processes: availableParallelism(), onProgress: showProgress() });
  const compared = Math.floor((cases.get("component") ?? 0) / comparedOneIn);
  const verdicts = await compareVerdicts(seed, compared);
  const findings = [...[...results.values()].flatMap((result) => result.findings), ...verdicts.findings];
  for (const { id, what } of findings.slice(0, findingsShown)) console.log(`${id}\n${what}\n`);
  const table = formatScoreboard({ seed, results, verdicts });
  process.stdout.write(table);
  if (isWritten) writeFileSync(board, table);
  return findings.length === 0 ? 0 : 1;
}

function showProgress(): (done: number) => void {
  let shown = 0;
  return (done) => {
    if (done - shown < 20_000) return;
    shown = done;
    console.error(`${done} cases`);
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
  const { endings, findings } = ended.report;
  console.log(findings.map(({ what }) => what).join("\n") || Object.keys(endings).join());
  return findings.length === 0 ? 0 : 1;
}
