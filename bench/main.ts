/**
 * `npm run bench -- NAME… [--check] [--rounds N] [--set S1]`: measures, prints the table and writes it to bench/results.
 * With `--check` nothing is written: a ratio that grew by more than 10 % since the committed result ends with 1.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchmarks } from "./benchmarks.ts";
import { type BenchmarkResult, findRegressions, formatTable, writeResult } from "./report.ts";
import { runBenchmark } from "./run-benchmark.ts";

const results = join(import.meta.dir, "results");

const { values, positionals } = readArguments();
const unknown = positionals.filter((name) => benchmarks[name] === undefined);
if (positionals.length === 0 || unknown.length > 0) {
  refuseUsage(`names: ${Object.keys(benchmarks).join(" ")}`);
}

const regressions: string[] = [];
for (const benchmark of positionals.flatMap((name) => benchmarks[name] ?? [])) {
  const rounds = values.rounds === undefined ? benchmark.rounds : Number(values.rounds);
  const result = await runBenchmark(benchmark, { rounds, sets: values.set ?? benchmark.sets });
  console.log(formatTable([result]));
  if (values.check === true) regressions.push(...findRegressions(committed(benchmark.name), result));
  else writeResult(results, result);
}
for (const regression of regressions) console.error(`regression: ${regression}`);
process.exitCode = regressions.length > 0 ? 1 : 0;

function committed(name: string): BenchmarkResult | undefined {
  const path = join(results, `${name}.json`);
  // Written by writeResult, whose shape this is.
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as BenchmarkResult) : undefined;
}

function readArguments() {
  try {
    return parseArgs({
      args: process.argv.slice(2),
      allowPositionals: true,
      options: { check: { type: "boolean" }, rounds: { type: "string" }, set: { type: "string", multiple: true } },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    refuseUsage(error.message);
  }
}

function refuseUsage(reason: string): never {
  console.error(`usage: npm run bench -- NAME… [--check] [--rounds N] [--set S1]\n${reason}`);
  process.exit(2);
}
