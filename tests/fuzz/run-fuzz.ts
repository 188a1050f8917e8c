/**
 * The parent of a run: hands cases to children in batches, and looks closer where one of them hangs or dies: each case
 * of that batch by itself, in a process that is watched.
 */
import { type CaseSeed, casesPerScene } from "./case-kind.ts";
import { caseId, type FoundCase, type Job } from "./job.ts";
import { seedOf } from "./random.ts";
import { WatchedChild } from "./watched-child.ts";

/** Much more than a case takes where nothing hangs, on a machine that is busy. */
const caseLimitMs = 10_000;
const batchLimitMs = 120_000;
const batchCases = 8 * casesPerScene;

export interface KindResult {
  cases: number;
  readonly endings: Map<string, number>;
  readonly findings: FoundCase[];
}

export interface FuzzRun {
  readonly seed: number;
  /** How many cases of each kind. */
  readonly cases: ReadonlyMap<string, number>;
  readonly processes: number;
  readonly canary?: string;
  /** Ends early: the canary was found. */
  readonly stopAtFinding?: boolean;
  readonly onProgress?: (done: number) => void;
}

export async function runFuzz(run: FuzzRun): Promise<ReadonlyMap<string, KindResult>> {
  const results = new Map([...run.cases.keys()].map((kind) => [kind, emptyResult()]));
  const jobs = jobsOf(run);
  let done = 0;
  const work = async (): Promise<void> => {
    const child = new WatchedChild(run.canary);
    for (const job of jobs) {
      const result = results.get(job.kind);
      if (result === undefined) throw new Error(`no result is kept for '${job.kind}'`);
      await runBatch(child, job, result);
      done += job.cases.length;
      run.onProgress?.(done);
      if (run.stopAtFinding === true && result.findings.length > 0) break;
    }
    await child.stop();
  };
  await Promise.all(Array.from({ length: run.processes }, work));
  return results;
}

const emptyResult = (): KindResult => ({ cases: 0, endings: new Map(), findings: [] });

/** Whoever is free takes the next one. */
function* jobsOf({ seed, cases }: FuzzRun): Generator<Job> {
  for (const [kind, count] of cases) {
    for (let from = 0; from < count; from += batchCases) {
      const length = Math.min(batchCases, count - from);
      yield { kind, cases: Array.from({ length }, (_, index) => caseAt(seed, from + index)) };
    }
  }
}

const caseAt = (seed: number, index: number): CaseSeed => ({
  scene: seedOf(seed, Math.floor(index / casesPerScene)),
  call: index % casesPerScene,
});

async function runBatch(child: WatchedChild, job: Job, result: KindResult): Promise<void> {
  const ended = await child.run(job, batchLimitMs);
  if (ended.kind === "report") {
    for (const [ending, count] of Object.entries(ended.report.endings)) add(result, ending, count);
    result.findings.push(...ended.report.findings);
    return;
  }
  for (const seed of job.cases) await runAlone(child, { kind: job.kind, cases: [seed] }, result);
}

async function runAlone(child: WatchedChild, job: Job, result: KindResult): Promise<void> {
  const ended = await child.run(job, caseLimitMs);
  if (ended.kind === "report") {
    for (const [ending, count] of Object.entries(ended.report.endings)) add(result, ending, count);
    result.findings.push(...ended.report.findings);
    return;
  }
  add(result, "finding", 1);
  for (const seed of job.cases) result.findings.push({ id: caseId(job.kind, seed), what: ended.how });
}

function add(result: KindResult, ending: string, count: number): void {
  result.cases += count;
  result.endings.set(ending, (result.endings.get(ending) ?? 0) + count);
}
