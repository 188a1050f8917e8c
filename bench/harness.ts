/**
 * Measures commands side by side. Rounds are interleaved (each contender once a round, in turning order), so that a
 * slow minute of the machine hits all of them. What prepares a round is not timed. A case is a claim of equal work, and
 * has a check for it: numbers of unequal work are not written down as a win.
 *
 * Times are wall times of spawn to exit; the cost of the spawn itself is the same for all and is reported beside them.
 */
import { availableParallelism, cpus, release, totalmem } from "node:os";
import type { Contender } from "./contender.ts";
import { peakMemoryBytes } from "./peak-memory.ts";

/** A ratio of the first contender to `against`: medians of wall time, or peaks of memory. */
export interface Target {
  readonly against: string;
  readonly measure: "time" | "memory";
  readonly limit: number;
  readonly aim: number;
}

export interface Case {
  readonly name: string;
  /** Ours first. */
  readonly contenders: readonly Contender[];
  readonly targets: readonly Target[];
  /** Gets each contender's stdout, after all have run; answers with the differences in what they did. */
  readonly compareWork: (outputs: ReadonlyMap<string, string>) => readonly string[];
}

export interface Benchmark {
  readonly name: string;
  /** What is compared, for the table. */
  readonly summary: string;
  /** Median and minimum of at least this many. */
  readonly rounds: number;
  readonly sets: readonly string[];
  /** Sets up everything that its cases of `sets` need, below `scratch`. */
  readonly cases: (setting: { scratch: string; sets: readonly string[] }) => Promise<readonly Case[]>;
}

export interface ContenderResult {
  readonly name: string;
  readonly rounds: number;
  readonly median_ms: number;
  readonly min_ms: number;
  readonly p90_ms: number;
  /** Median of `memory_rounds`. */
  readonly peak_memory_bytes?: number;
  readonly memory_rounds?: number;
}

export interface TargetResult extends Target {
  readonly ratio: number;
  readonly verdict: "aim reached" | "limit kept" | "missed" | "not the same work";
}

export interface CaseResult {
  readonly name: string;
  readonly contenders: readonly ContenderResult[];
  readonly targets: readonly TargetResult[];
  /** Empty where all did the same. */
  readonly work_differences: readonly string[];
}

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_bytes: number;
  readonly kernel: string;
  /** Spawning a program that does nothing: part of every time. */
  readonly spawn_ms: number;
}

export async function runCase(subject: Case, rounds: number): Promise<CaseResult> {
  const outputs = new Map<string, string>();
  // The first run fills caches and is where the work is compared; it is not counted.
  for (const contender of subject.contenders) outputs.set(contender.name, runOnce(contender).stdout);
  const differences = subject.compareWork(outputs);
  const times = await sample(subject.contenders, { rounds, measure: (contender) => runOnce(contender).durationMs });
  const peaks = await sample(contendersForMemory(subject), { rounds, measure: peakMemoryBytes });
  const contenders = subject.contenders.map(({ name }): ContenderResult => {
    const memory = peaks.get(name) ?? [];
    const statisticsOfMemory =
      memory.length === 0 ? {} : { peak_memory_bytes: Math.round(median(memory)), memory_rounds: memory.length };
    return { name, ...statistics(times.get(name) ?? []), ...statisticsOfMemory };
  });
  const isSame = differences.length === 0;
  const targets = subject.targets.map((target) => {
    const judged = judge(target, contenders);
    return isSame ? judged : { ...judged, verdict: "not the same work" as const };
  });
  return { name: subject.name, contenders, targets, work_differences: differences };
}

/** Ours, and those that a target names. */
function contendersForMemory({ contenders, targets }: Case): readonly Contender[] {
  const named = new Set(targets.filter(({ measure }) => measure === "memory").map(({ against }) => against));
  return named.size === 0 ? [] : contenders.filter(({ name }, at) => at === 0 || named.has(name));
}

interface Sampling {
  readonly rounds: number;
  readonly measure: (contender: Contender) => number | Promise<number>;
}

/** What was measured of each contender, by name, in interleaved rounds. */
async function sample(contenders: readonly Contender[], { rounds, measure }: Sampling) {
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of turned(contenders, round)) {
      samples.get(contender.name)?.push(await measure(contender));
    }
  }
  return samples;
}

function turned<T>(items: readonly T[], round: number): readonly T[] {
  const start = round % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** Runs the command once. Throws where it fails: a failure has no time. */
export function runOnce({ command, cwd, environment, prepare, name }: Contender): {
  durationMs: number;
  stdout: string;
} {
  prepare?.();
  const start = performance.now();
  const ran = Bun.spawnSync([...command], { cwd, env: environment, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const durationMs = performance.now() - start;
  if (ran.exitCode === 0) return { durationMs, stdout: ran.stdout.toString() };
  const said = ran.stderr.toString().trim().slice(-1500);
  throw new Error(`${name} failed with ${ran.exitCode}: ${command.join(" ")}\n${said}`);
}

type TimeStatistics = Pick<ContenderResult, "rounds" | "median_ms" | "min_ms" | "p90_ms">;

/** Nearest-rank percentiles. */
export function statistics(times: readonly number[]): TimeStatistics {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    rounds: sorted.length,
    median_ms: rounded(median(sorted)),
    min_ms: rounded(sorted[0] ?? Number.NaN),
    p90_ms: rounded(sorted[Math.ceil(sorted.length * 0.9) - 1] ?? Number.NaN),
  };
}

/** Of an even number, the mean of the middle two. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (below + above) / 2;
}

export function judge(target: Target, contenders: readonly ContenderResult[]): TargetResult {
  const amount = (result: ContenderResult | undefined) =>
    (target.measure === "time" ? result?.median_ms : result?.peak_memory_bytes) ?? Number.NaN;
  const ratio = rounded(amount(contenders[0]) / amount(contenders.find(({ name }) => name === target.against)));
  const verdict = ratio <= target.aim ? "aim reached" : ratio <= target.limit ? "limit kept" : "missed";
  return { ...target, ratio, verdict };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Names no host: what a reader needs to judge the numbers. */
export function machineFacts(): MachineFacts {
  const nothing = { name: "true", command: ["true"], cwd: "/", environment: { PATH: process.env["PATH"] ?? "" } };
  const spawns = Array.from({ length: 21 }, () => runOnce(nothing).durationMs);
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memory_bytes: totalmem(),
    kernel: `${process.platform} ${/^[\d.]*\d/.exec(release())?.[0] ?? ""}`,
    spawn_ms: statistics(spawns).median_ms,
  };
}
