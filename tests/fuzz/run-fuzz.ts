/**
 * The parent of a run: hands cases to children in batches, and looks closer where one of them hangs or dies: each case
 * of that batch by itself, in a process that is watched. Where none of them does so alone, the batch is what was found:
 * something that many cases add up to in one process.
 */
import { type CaseSeed, casesPerScene } from "./case-kind.ts";
import { batchId, caseId, type FoundCase, type Job, type JobReport } from "./job.ts";
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

export interface Progress {
  readonly cases: number;
  readonly findings: number;
}

export interface FuzzRun {
  readonly seed: number;
  /** How many cases of each kind. */
  readonly cases: ReadonlyMap<string, number>;
  readonly processes: number;
  /** The cases are components, of each scene one, which are shown to wasmtime too; otherwise they are run. */
  readonly isJudged?: boolean;
  /** After so long it is said to hang. */
  readonly batchLimitMs?: number | undefined;
  readonly canary?: string;
  /** Ends early: the canary was found. */
  readonly stopAtFinding?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends early: what was answered until then is the result. */
  readonly signal?: AbortSignal;
}

export async function runFuzz(run: FuzzRun): Promise<ReadonlyMap<string, KindResult>> {
  const results = new Map([...run.cases.keys()].map((kind) => [kind, emptyResult()]));
  const jobs = jobsOf(run);
  const aborted = abortOf(run.signal);
  const work = async (): Promise<void> => {
    const child = new WatchedChild(run.canary);
    for (const job of jobs) {
      const result = results.get(job.kind);
      if (result === undefined) throw new Error(`no result is kept for '${job.kind}'`);
      const { signal, batchLimitMs: limitMs = batchLimitMs } = run;
      await Promise.race([runBatch(child, { job, result, signal, limitMs }), aborted]);
      if (run.signal?.aborted === true) break;
      run.onProgress?.(progressOf(results));
      if (run.stopAtFinding === true && result.findings.length > 0) break;
    }
    await child.stop();
  };
  await Promise.all(Array.from({ length: run.processes }, work));
  return results;
}

/** Resolves when the run is told to end, or never. */
function abortOf(signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal?.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

function progressOf(results: ReadonlyMap<string, KindResult>): Progress {
  const all = [...results.values()];
  return {
    cases: all.reduce((sum, { cases }) => sum + cases, 0),
    findings: all.reduce((sum, { findings }) => sum + findings.length, 0),
  };
}

const emptyResult = (): KindResult => ({ cases: 0, endings: new Map(), findings: [] });

/** Whoever is free takes the next one. All kinds are at the same part of theirs, so that a run can end at any time. */
function* jobsOf({ seed, cases, isJudged = false }: FuzzRun): Generator<Job> {
  const caseOf = isJudged ? componentAt : caseAt;
  const batches = [...cases].flatMap(([kind, count]) =>
    Array.from({ length: Math.ceil(count / batchCases) }, (_, batch) => ({ kind, count, from: batch * batchCases })),
  );
  for (const { kind, count, from } of batches.toSorted((a, b) => a.from / a.count - b.from / b.count)) {
    const length = Math.min(batchCases, count - from);
    yield { kind, cases: Array.from({ length }, (_, index) => caseOf(seed, from + index)), isJudged };
  }
}

const caseAt = (seed: number, index: number): CaseSeed => ({
  scene: seedOf(seed, Math.floor(index / casesPerScene)),
  call: index % casesPerScene,
});

const componentAt = (seed: number, index: number): CaseSeed => ({
  scene: seedOf(seed, index),
  call: index % casesPerScene,
});

interface Batch {
  readonly job: Job;
  readonly result: KindResult;
  readonly signal: AbortSignal | undefined;
  readonly limitMs: number;
}

async function runBatch(child: WatchedChild, { job, result, signal, limitMs }: Batch): Promise<void> {
  const ended = await child.run(job, limitMs);
  if (ended.kind === "report") return addReport(result, ended.report);
  let isRepeated = false;
  for (const seed of job.cases) {
    // A child that was ended from outside has found nothing.
    if (signal?.aborted === true) return;
    const endsItsProcess = await runAlone(child, { ...job, cases: [seed] }, result);
    isRepeated ||= endsItsProcess;
  }
  if (isRepeated) return;
  const what = `no case of this batch does so alone: ${ended.how}`;
  result.findings.push({ id: batchId(job.kind, job.cases), what });
}

/** @returns whether the process hangs or dies of this case alone, which is counted as a finding */
async function runAlone(child: WatchedChild, job: Job, result: KindResult): Promise<boolean> {
  let ended = await child.run(job, caseLimitMs);
  // Others may have run in that process before it: the next one is new.
  if (ended.kind === "died") ended = await child.run(job, caseLimitMs);
  if (ended.kind === "report") {
    addReport(result, ended.report);
    return false;
  }
  add(result, "finding", 1);
  for (const seed of job.cases) result.findings.push({ id: caseId(job.kind, seed), what: ended.how });
  return true;
}

function addReport(result: KindResult, { endings, findings }: JobReport): void {
  for (const [ending, count] of Object.entries(endings)) add(result, ending, count);
  result.findings.push(...findings);
}

function add(result: KindResult, ending: string, count: number): void {
  result.cases += count;
  result.endings.set(ending, (result.endings.get(ending) ?? 0) + count);
}
