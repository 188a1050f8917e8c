/** The benchmarks run, tiny, so that they never rot; what they say about time is not judged here. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchmarks } from "./benchmarks.ts";
import { judge, runCase, runGroup, statistics } from "./harness.ts";
import { comparePins } from "./pins.ts";
import { type BenchmarkResult, findRegressions, writeResult } from "./report.ts";
import { runBenchmark } from "./run-benchmark.ts";

const timeLimitMs = 240_000;

describe("each benchmark runs one round of its smallest set, and its contenders do the same work", () => {
  const smallest: Readonly<Record<string, readonly string[]>> = {
    "isorun.call-component": ["u32", "string 16 B", "string 1 KB to UTF-16", "record", "resource, lent"],
    "pybun.startup": ["version", "explain"],
    "pybun.script-warm": ["imports neither", "imports both"],
    "isorun.load": ["text"],
    "isorun.instantiate": ["text"],
    "isorun.call-host": ["u32", "string 16 B", "record"],
    "isorun.fuel": ["fib"],
  };
  test.each(Object.keys(benchmarks))(
    "%s",
    async (name) => {
      const benchmark = benchmarks[name];
      if (benchmark === undefined) throw new Error(`${name} is in no table`);
      const { cases } = await runBenchmark(benchmark, { rounds: 1, sets: smallest[name] ?? ["S1"] });
      expect(cases.length).toBeGreaterThan(0);
      expect(cases.flatMap(({ work_differences }) => work_differences)).toEqual([]);
      expect(cases.flatMap(({ targets }) => targets).every(({ ratio }) => ratio > 0)).toBe(true);
    },
    timeLimitMs,
  );
});

test("medians, minima and percentiles", () => {
  expect(statistics([5, 1, 3, 2])).toEqual({ rounds: 4, median_ms: 2.5, min_ms: 1, p90_ms: 5 });
});

test("a verdict is by the ratio of medians", () => {
  const times = (name: string, median_ms: number) => ({ name, rounds: 1, median_ms, min_ms: 1, p90_ms: 1 });
  const verdictAt = (ours: number) =>
    judge({ against: "uv", measure: "time", limit: 1, aim: 0.5 }, [times("pybun", ours), times("uv", 10)]).verdict;
  expect([4, 9, 11].map(verdictAt)).toEqual(["aim reached", "limit kept", "missed"]);
});

test("pins that differ, and no pins at all, are no equal work", () => {
  expect(
    comparePins(
      new Map([
        ["pybun", "A.b==1\nc==2\n"],
        ["uv", "a-b==1 # via\nc==3\nd==1\n"],
      ]),
    ),
  ).toEqual(["c: pybun 2, uv 3", "d: pybun none, uv 1"]);
  expect(
    comparePins(
      new Map([
        ["pybun", ""],
        ["uv", ""],
      ]),
    ),
  ).toEqual(["pybun printed no pins"]);
});

test("rounds are interleaved, and a failing contender stops the benchmark", async () => {
  const order: string[] = [];
  const contender = (name: string, code: string) => ({
    name,
    command: ["sh", "-c", code],
    cwd: "/",
    environment: {},
    prepare: () => void order.push(name),
  });
  const subject = { name: "case", targets: [], compareWork: () => [] };
  await runCase({ ...subject, contenders: [contender("a", "exit 0"), contender("b", "exit 0")] }, 2);
  expect(order.join("")).toBe("ababba");
  const failing = { ...subject, contenders: [contender("c", "echo why >&2; exit 3")] };
  const failure = await runCase(failing, 1).catch((error: unknown) => error);
  expect(failure).toEqual(new Error("c failed with 3: sh -c echo why >&2; exit 3\nwhy"));
});

test("a contender that cases of a group share runs once a round for all of them; singly timed ones all count", async () => {
  const order: string[] = [];
  const contender = (name: string, durationsMs: readonly number[]) => ({
    name,
    measure: () => {
      order.push(name);
      return { durationsMs, output: name };
    },
    end: async () => void order.push(`end of ${name}`),
  });
  const peer = contender("c", [4]);
  const caseOf = (name: string, durationsMs: readonly number[]) => ({
    name,
    contenders: [contender(name, durationsMs), peer],
    targets: [{ against: "c", measure: "time" as const, limit: 1, aim: 0.5 }],
    compareWork: (outputs: ReadonlyMap<string, string>) => [[...outputs].join(" ")],
  });
  const results = await runGroup({ cases: [caseOf("a", [1, 2, 3]), caseOf("b", [8])], roundsTimes: 2 }, 1);
  expect(order.join(" ")).toBe("a c b a c b c b a end of a end of c end of b");
  const counted = results.map(({ contenders }) => contenders.map(({ rounds, median_ms }) => [rounds, median_ms]));
  expect(counted).toEqual([
    [
      [6, 2],
      [2, 4],
    ],
    [
      [2, 8],
      [2, 4],
    ],
  ]);
  expect(results.map(({ targets }) => targets.map(({ ratio }) => ratio))).toEqual([[0.5], [2]]);
  expect(results.map(({ work_differences }) => work_differences)).toEqual([["a,a c,c"], ["b,b c,c"]]);
});

test("peaks of memory are measured of ours and of what a target names", async () => {
  const contender = (name: string) => ({ name, command: ["sh", "-c", "exit 0"], cwd: "/", environment: {} });
  const { contenders, targets } = await runCase(
    {
      name: "case",
      contenders: [contender("a"), contender("b"), contender("c")],
      targets: [{ against: "b", measure: "memory", limit: 2, aim: 1 }],
      compareWork: () => [],
    },
    3,
  );
  expect(contenders.map(({ rounds, memory_rounds }) => [rounds, memory_rounds])).toEqual([
    [3, 3],
    [3, 3],
    [3, undefined],
  ]);
  expect(targets.every(({ ratio }) => ratio > 0)).toBe(true);
});

test("unequal work has no verdict, and is told as a regression", async () => {
  const contender = (name: string) => ({ name, command: ["sh", "-c", "exit 0"], cwd: "/", environment: {} });
  const result = await runCase(
    {
      name: "case",
      contenders: [contender("a"), contender("b")],
      targets: [{ against: "b", measure: "time", limit: 1000, aim: 1000 }],
      compareWork: () => ["a did nothing"],
    },
    1,
  );
  expect(result.targets.map(({ verdict }) => verdict)).toEqual(["not the same work"]);
  const now = { ...sampleAt(0.8), cases: [result] };
  expect(findRegressions(undefined, now)).toEqual(["sample case: not the same work: a did nothing"]);
});

const sampleAt = (ratio: number): BenchmarkResult => ({
  name: "sample",
  summary: "A sample.",
  measured_at: "2026-01-02T03:04:05.000Z",
  commit: "0123456789+",
  machine: { cpu: "a CPU", cores: 2, memory_bytes: 2 ** 30, kernel: "linux 6", spawn_ms: 1 },
  versions: { uv: "1.0" },
  cases: [
    {
      name: "S1",
      contenders: ["pybun", "uv"].map((name) => ({ name, rounds: 9, median_ms: 20, min_ms: 10, p90_ms: 120 })),
      targets: [{ against: "uv", measure: "time", limit: 1, aim: 0.5, ratio, verdict: "limit kept" }],
      work_differences: [],
    },
  ],
});

test("a ratio that grew by more than a tenth is a regression; results and their table are written", () => {
  expect(findRegressions(sampleAt(0.8), sampleAt(0.87))).toEqual([]);
  expect(findRegressions(sampleAt(0.8), sampleAt(0.9))).toEqual(["sample S1: time 0.90× of uv, was 0.80×"]);
  const directory = mkdtempSync(join(tmpdir(), "results-"));
  writeResult(directory, sampleAt(0.8));
  expect(readFileSync(join(directory, "README.md"), "utf8")).toContain(
    "| S1 | 20.0 ms (10.0–120, n=9) | uv 20.0 ms (10.0–120, n=9) | 0.80× | 1.00× | 0.50× | limit kept |",
  );
  expect(readFileSync(join(directory, "README.md"), "utf8")).toContain(
    "2026-01-02, commit 0123456789+, a CPU, 2 cores",
  );
  rmSync(directory, { recursive: true });
});
