/** Results as files: one JSON for each benchmark, and the table of all of them. Never written by hand. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaseResult, ContenderResult, MachineFacts, OwnLimitResult, TargetResult } from "./harness.ts";

export interface BenchmarkResult {
  readonly name: string;
  readonly summary: string;
  /** RFC 3339. */
  readonly measured_at: string;
  /** What was measured (measured-commit.ts). Results of before it was noted have none. */
  readonly commit?: string;
  readonly machine: MachineFacts;
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly CaseResult[];
}

/** A ratio may grow by this much before it is reported: less is noise. */
const regressionMax = 1.1;

export function writeResult(directory: string, result: BenchmarkResult): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${result.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(directory, "README.md"), formatTable(readResults(directory)));
}

export function readResults(directory: string): BenchmarkResult[] {
  const names = readdirSync(directory).filter((name) => name.endsWith(".json"));
  // Written by writeResult, whose shape this is.
  return names.sort().map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")) as BenchmarkResult);
}

/** One line for each ratio that grew by more than a tenth since `before`, and for each difference in what was done. */
export function findRegressions(before: BenchmarkResult | undefined, now: BenchmarkResult): string[] {
  return now.cases.flatMap((nowCase) => {
    const known = before?.cases.find(({ name }) => name === nowCase.name);
    const unequal = nowCase.work_differences.map((text) => `${now.name} ${nowCase.name}: not the same work: ${text}`);
    const slower = nowCase.targets.flatMap(({ against, measure, ratio }) => {
      const then = known?.targets.find((target) => target.against === against && target.measure === measure);
      if (then === undefined || ratio <= then.ratio * regressionMax) return [];
      return [`${now.name} ${nowCase.name}: ${measure} ${times(ratio)} of ${against}, was ${times(then.ratio)}`];
    });
    return [...unequal, ...slower];
  });
}

export function formatTable(results: readonly BenchmarkResult[]): string {
  return `# Results\n\nWritten by \`npm run bench -- NAME\`; do not edit.\n\n${results.map(formatResult).join("\n")}`;
}

function formatResult({ name, summary, measured_at, commit, machine, versions, cases }: BenchmarkResult): string {
  const rows = cases.flatMap((subject) => formatCase(subject));
  const differences = cases.flatMap((subject) =>
    subject.work_differences.map((text) => `- not the same work, ${subject.name}: ${text}\n`),
  );
  const peers = Object.entries(versions).map(([peer, version]) => `${peer} ${version}`);
  const ours = cases[0]?.contenders[0]?.name ?? "ours";
  const isSpawned = name.startsWith("pybun.");
  const spawn = isSpawned ? `; a spawn takes ${machine.spawn_ms} ms of each time` : "";
  const memory = `${(machine.memory_bytes / 2 ** 30).toFixed(0)} GiB`;
  return `## ${name}

${summary}

| case | ${ours} | against | ratio | at most | aim | |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

${differences.join("")}${differences.length > 0 ? "\n" : ""}${measured_at.slice(0, 10)}, ${commit === undefined ? "" : `commit ${commit}, `}${machine.cpu}, ${machine.cores} cores, ${memory}, ${machine.kernel}; ${peers.join(", ")}${spawn}. Times: median (minimum–90 %) of n.
`;
}

function formatCase({ name, contenders, targets, own_limit }: CaseResult): string[] {
  const [ours, ...peers] = contenders;
  const row = (peer: ContenderResult, target: TargetResult | undefined) => {
    const cells =
      target === undefined
        ? ["", "", "", ""]
        : [ratioBeside(target), times(target.limit), times(target.aim), target.verdict];
    const amount = target?.measure === "memory" ? formatMemory : formatTimes;
    return `| ${[name, amount(ours), `${peer.name} ${amount(peer)}`, ...cells].join(" | ")} |`;
  };
  const alone = own_limit === undefined ? [] : [formatOwnLimit({ name, ours: formatTimes(ours) }, own_limit)];
  const beside = peers.flatMap((peer) => {
    const own = targets.filter(({ against }) => against === peer.name);
    return own.length === 0 ? [row(peer, undefined)] : own.map((target) => row(peer, target));
  });
  return [...alone, ...beside];
}

function formatOwnLimit(row: { name: string; ours: string }, { limit_ms, aim_ms, verdict }: OwnLimitResult): string {
  return `| ${row.name} | ${row.ours} | itself | | ${formatDuration(limit_ms)} | ${formatDuration(aim_ms)} | ${verdict} |`;
}

/** More digits where two would show the ratio as its limit or its aim although it is above. */
function ratioBeside({ ratio, limit, aim }: TargetResult): string {
  const isNear = [limit, aim].some((bound) => ratio > bound && times(ratio) === times(bound));
  return isNear ? `${Number(ratio.toPrecision(5))}×` : times(ratio);
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

function formatTimes(result: ContenderResult | undefined): string {
  if (result === undefined) return "";
  const { median_ms, min_ms, p90_ms, rounds } = result;
  const [unit, scale] = unitOf(median_ms);
  const [median = "", minimum = "", most = ""] = [median_ms, min_ms, p90_ms].map((value) => digits(value * scale));
  return `${median} ${unit} (${minimum}–${most}, n=${rounds})`;
}

function formatDuration(ms: number): string {
  const [unit, scale] = unitOf(ms);
  return `${digits(ms * scale)} ${unit}`;
}

function unitOf(ms: number): readonly [unit: string, scale: number] {
  return ms >= 0.1 ? ["ms", 1] : ms >= 0.001 ? ["µs", 1000] : ["ns", 1_000_000];
}

function formatMemory(result: ContenderResult | undefined): string {
  const { peak_memory_bytes = Number.NaN, memory_rounds } = result ?? {};
  const amount = `${(peak_memory_bytes / 2 ** 20).toFixed(0)} MiB`;
  return memory_rounds === undefined ? amount : `${amount} (n=${memory_rounds})`;
}

function digits(value: number): string {
  return value.toFixed(value < 1 ? 2 : value < 100 ? 1 : 0);
}
