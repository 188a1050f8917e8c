/** Contenders in processes of their own: what they did is compared, and one that dies or hangs is told, and ended. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TimedContender } from "../contender.ts";
import { type Case, runCase } from "../harness.ts";
import { compareOutputs } from "../pins.ts";
import { ContenderProcess, freshProcesses, keptProcess, keptProgram } from "./contender-process.ts";
import { compareLoads } from "./load.ts";
import { sizedComponent } from "./sizes.ts";

const timeLimitMs = 60_000;

const caseOf = (contenders: readonly TimedContender[], compareWork: Case["compareWork"] = () => []): Case => ({
  name: "case",
  contenders,
  targets: [{ against: "jco", measure: "time", limit: 1e9, aim: 1e9 }],
  compareWork,
});

const failureOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "it did not fail",
    (error: unknown) => String(error),
  );

/** Answers each request with its process, until it is to die. */
const shell = (name: string, body: string) =>
  keptProgram(name, { command: ["sh", "-c", `while read line; do ${body}; done`], warmUps: 0 });

const answering = 'echo "{\\"durationMs\\": 1, \\"output\\": \\"$$\\"}"';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("a process goes on from round to round, and is ended behind the last one, also where another one dies", async () => {
  const pids = new Set<number>();
  const known = (contender: TimedContender): TimedContender => ({
    ...contender,
    measure: async () => {
      const measured = await contender.measure();
      pids.add(Number(measured.output));
      return measured;
    },
  });
  await runCase(caseOf([known(shell("a", answering)), known(shell("b", answering))]), 3);
  const dying = shell("b", "echo why it died >&2; exit 3");
  expect(await failureOf(runCase(caseOf([known(shell("a", answering)), dying]), 1))).toBe(
    "Error: the process of b ended while it was asked: code 3\nwhy it died",
  );
  expect(pids.size).toBe(3);
  expect([...pids].filter(isAlive)).toEqual([]);
});

test("one that does not answer is ended when its time is over; one that had died before is told", async () => {
  const silent = new ContenderProcess("silent", ["sh", "-c", "while read line; do :; done"]);
  expect(await failureOf(silent.ask({}, 50))).toBe("Error: the process of silent did not answer within 50 ms");
  expect(await failureOf(silent.ask({}, 50))).toContain("the process of silent ended while it was asked: SIGKILL");
  await silent.end();
});

test("what a contender throws is told with its name", async () => {
  const { probe } = await sizedComponent("text");
  const job = { kind: "load", path: import.meta.path, isFuelCounted: false, probe } as const;
  for (const contender of [keptProcess({ name: "isorun", job, warmUps: 1 }), freshProcesses({ name: "isorun", job })]) {
    const failure = await failureOf(runCase(caseOf([contender]), 1));
    expect(failure).toContain("the process of isorun ended while it was asked: code 1");
  }
});

test(
  "loading something else, or instances that do something else, is noticed",
  async () => {
    const [text, rust] = [await sizedComponent("text"), await sizedComponent("rust")];
    const load = { kind: "load", path: text.path, isFuelCounted: true, probe: text.probe } as const;
    const loads = [
      freshProcesses({ name: "isorun", job: load }),
      freshProcesses({ name: "jco", job: { kind: "transpile with jco", path: rust.path } }),
    ];
    const loaded = await runCase(caseOf(loads, compareLoads), 1);
    expect(loaded.targets.map(({ verdict }) => verdict)).toEqual(["not the same work"]);
    expect(loaded.work_differences.slice(0, -1)).toEqual([
      "jco did not name the export 'bench:calls/values'",
      "isorun did not name the export 'count'",
      "isorun did not name the export 'vivarium:words/count@0.1.0'",
    ]);
    expect(loaded.work_differences.at(-1)).toMatch(/^isorun had \d+ bytes of core modules, jco \d+$/);
    const scratch = mkdtempSync(join(tmpdir(), "bench-jco-"));
    const made = { path: text.path, alive: 2, probe: text.probe };
    const other = { ...made, probe: { ...text.probe, args: [1, 3] } };
    const instances = [
      keptProcess({ name: "isorun", job: { ...made, kind: "instantiate", isFuelCounted: false }, warmUps: 0 }),
      keptProcess({ name: "jco", job: { ...other, kind: "instantiate with jco", scratch }, warmUps: 0 }),
    ];
    const { work_differences } = await runCase(caseOf(instances, compareOutputs), 1);
    expect(work_differences).toEqual(["the outputs of isorun and jco differ"]);
    rmSync(scratch, { recursive: true });
  },
  timeLimitMs,
);
