/**
 * Measures commands side by side. Rounds are interleaved (each contender once a round, in turning order), so that a
 * slow minute of the machine hits all of them. What prepares a round is not timed. A case is a claim of equal work, and
 * has a check for it: numbers of unequal work are not written down as a win.
 *
 * Times of commands are wall times of spawn to exit; the cost of the spawn itself is the same for all and is reported
 * beside them. Other contenders take their own time.
 */
import { availableParallelism, cpus, release, totalmem } from "node:os";
import type { CommandContender, Contender, Measured, MeasuredSingly } from "./contender.ts";
import { peakMemoryBytes } from "./peak-memory.ts";

/** A ratio of the first contender to `against`: medians of wall time, or peaks of memory. */
export interface Target {
  readonly against: string;
  readonly measure: "time" | "memory";
  readonly limit: number;
  readonly aim: number;
}

export interface OwnLimit {
  readonly limit_ms: number;
  readonly aim_ms: number;
}

export interface Case {
  readonly name: string;
  /** Ours first. */
  readonly contenders: readonly Contender[];
  readonly targets: readonly Target[];
  /** A limit of the first contender's time by itself. */
  readonly ownLimit?: OwnLimit;
  /** Gets each contender's stdout, after all have run; answers with the differences in what they did. */
  readonly compareWork: (outputs: ReadonlyMap<string, string>) => readonly string[];
}

/** Measured together: a contender that several of the cases have, the same object, runs once a round for all of them. */
export interface CaseGroup {
  readonly cases: readonly Case[];
  /** Times the benchmark's rounds, for what takes little time. */
  readonly roundsTimes?: number;
}

export interface Benchmark {
  readonly name: string;
  /** What is compared, for the table. */
  readonly summary: string;
  /** Each contender runs once a round. */
  readonly rounds: number;
  readonly sets: readonly string[];
  /** Of what is compared, where it is not PyBun with its peers. */
  readonly versions?: () => Promise<Readonly<Record<string, string>>>;
  /** Sets up everything that its cases of `sets` need, below `scratch`. */
  readonly cases: (setting: { scratch: string; sets: readonly string[] }) => Promise<readonly (Case | CaseGroup)[]>;
}

export interface ContenderResult {
  readonly name: string;
  /** How many times the following are of: rounds, or more where one measures several singly. */
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
  readonly verdict: Verdict;
}

type Verdict = "aim reached" | "limit kept" | "missed" | "not the same work";

export interface OwnLimitResult extends OwnLimit {
  readonly verdict: Verdict;
}

export interface CaseResult {
  readonly name: string;
  readonly contenders: readonly ContenderResult[];
  readonly targets: readonly TargetResult[];
  readonly own_limit?: OwnLimitResult;
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
  const [result] = await runCases([subject], rounds);
  if (result === undefined) throw new Error("a case has a result");
  return result;
}

export async function runGroup({ cases, roundsTimes = 1 }: CaseGroup, rounds: number): Promise<CaseResult[]> {
  return runCases(cases, rounds * roundsTimes);
}

interface Ran {
  readonly rounds: number;
  readonly outputs: ReadonlyMap<Contender, string>;
  readonly times: ReadonlyMap<Contender, readonly number[]>;
}

async function runCases(cases: readonly Case[], rounds: number): Promise<CaseResult[]> {
  const contenders = [...new Set(cases.flatMap((subject) => subject.contenders))];
  try {
    const outputs = new Map<Contender, string>();
    // The first run fills caches and is where the work is compared; it is not counted.
    for (const contender of contenders) outputs.set(contender, (await measureOnce(contender)).output);
    const measure = async (contender: Contender) => (await measureOnce(contender)).durationsMs;
    const times = await sample(contenders, { rounds, measure });
    const results: CaseResult[] = [];
    for (const subject of cases) results.push(await resultOf(subject, { rounds, outputs, times }));
    return results;
  } finally {
    await endAll(contenders);
  }
}

async function endAll(contenders: readonly Contender[]): Promise<void> {
  await Promise.all(contenders.map(async (contender) => ("measure" in contender ? contender.end?.() : undefined)));
}

async function resultOf(subject: Case, { rounds, outputs, times }: Ran): Promise<CaseResult> {
  const said = subject.contenders.map((contender) => [contender.name, outputs.get(contender) ?? ""] as const);
  const differences = subject.compareWork(new Map(said));
  const measure = async (contender: CommandContender) => [await peakMemoryBytes(contender)];
  const peaks = await sample(contendersForMemory(subject), { rounds, measure });
  const contenders = subject.contenders.map((contender): ContenderResult => {
    const memory = "command" in contender ? (peaks.get(contender) ?? []) : [];
    const statisticsOfMemory =
      memory.length === 0 ? {} : { peak_memory_bytes: Math.round(median(memory)), memory_rounds: memory.length };
    return { name: contender.name, ...statistics(times.get(contender) ?? []), ...statisticsOfMemory };
  });
  const isSame = differences.length === 0;
  const targets = subject.targets.map((target) => {
    const judged = judge(target, contenders);
    return isSame ? judged : { ...judged, verdict: "not the same work" as const };
  });
  const own = judgeOwn(subject.ownLimit, { contenders, isSame });
  return { name: subject.name, contenders, targets, ...own, work_differences: differences };
}

/** Ours, and those that a target names. */
function contendersForMemory({ contenders, targets }: Case): readonly CommandContender[] {
  const named = new Set(targets.filter(({ measure }) => measure === "memory").map(({ against }) => against));
  const commands = contenders.filter((contender) => "command" in contender);
  return named.size === 0 ? [] : commands.filter(({ name }, at) => at === 0 || named.has(name));
}

interface Sampling<C extends Contender> {
  readonly rounds: number;
  readonly measure: (contender: C) => Promise<readonly number[]>;
}

/** What was measured of each contender, in interleaved rounds. */
async function sample<C extends Contender>(contenders: readonly C[], { rounds, measure }: Sampling<C>) {
  const samples = new Map<C, number[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of turned(contenders, round)) {
      samples.get(contender)?.push(...(await measure(contender)));
    }
  }
  return samples;
}

function turned<T>(items: readonly T[], round: number): readonly T[] {
  const start = round % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

async function measureOnce(contender: Contender): Promise<MeasuredSingly> {
  const measured = "command" in contender ? runOnce(contender) : await contender.measure();
  return "durationsMs" in measured ? measured : { durationsMs: [measured.durationMs], output: measured.output };
}

/** Runs the command once. Throws where it fails: a failure has no time. */
export function runOnce({ command, cwd, environment, prepare, name }: CommandContender): Measured {
  prepare?.();
  const start = performance.now();
  const ran = Bun.spawnSync([...command], { cwd, env: environment, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const durationMs = performance.now() - start;
  if (ran.exitCode === 0) return { durationMs, output: ran.stdout.toString() };
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

function judgeOwn(
  limit: OwnLimit | undefined,
  { contenders, isSame }: { contenders: readonly ContenderResult[]; isSame: boolean },
): { readonly own_limit?: OwnLimitResult } {
  if (limit === undefined) return {};
  const median_ms = contenders[0]?.median_ms ?? Number.NaN;
  const reached = median_ms <= limit.aim_ms ? "aim reached" : median_ms <= limit.limit_ms ? "limit kept" : "missed";
  return { own_limit: { ...limit, verdict: isSame ? reached : "not the same work" } };
}

/** To a thousandth; what is less than a tenth, to four digits. */
function rounded(value: number): number {
  return Math.abs(value) < 0.1 ? Number(value.toPrecision(4)) : Math.round(value * 1000) / 1000;
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
