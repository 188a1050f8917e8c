/** A small part of the fuzzer with a seed that stays, and proof that it notices: bugs that were planted are found. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { componentOf } from "./binary-cases.ts";
import { canaries } from "./canaries.ts";
import { caseId, parseCaseId } from "./job.ts";
import { kinds } from "./kinds.ts";
import { type KindResult, runFuzz } from "./run-fuzz.ts";
import { WatchedChild } from "./watched-child.ts";

const seed = 20_260;

/** Few of those that compile modules. */
const smoke = new Map([
  ["component", 2048],
  ["known", 1024],
  ["rewrite", 256],
  ["lift", 128],
  ["lower", 96],
  ["adapter", 48],
  ["handles", 128],
  ["wave", 1024],
  ["fuel", 16],
  ["loops", 32],
  ["files", 24],
  ["links", 32],
  ["run", 24],
]);

const endingsOf = (result: KindResult | undefined): string[] => [...(result?.endings.keys() ?? [])].toSorted();

test("thousands of cases of every kind", async () => {
  expect([...smoke.keys()].toSorted()).toEqual([...kinds.keys()].toSorted());
  const results = await runFuzz({ seed, cases: smoke, processes: 2 });
  for (const [kind, count] of smoke) {
    expect({ kind, findings: results.get(kind)?.findings }).toEqual({ kind, findings: [] });
    expect({ kind, cases: results.get(kind)?.cases }).toEqual({ kind, cases: count });
  }
  // Cases that all end the same way would show nothing.
  expect(endingsOf(results.get("component"))).toEqual(expect.arrayContaining(["invalid", "malformed", "valid"]));
  expect(endingsOf(results.get("lift"))).toEqual(expect.arrayContaining(["a value", "the value", "trap"]));
  expect(endingsOf(results.get("adapter"))).toEqual(expect.arrayContaining(["a value", "the value", "trap"]));
  expect(endingsOf(results.get("handles"))).toEqual(["done", "trap"]);
  expect(endingsOf(results.get("files"))).toEqual(["done", "trap"]);
  expect(endingsOf(results.get("loops"))).toEqual(["loops, ended", "loops, out of fuel"]);
}, 60_000);

test("a run that is interrupted tells what it did, and writes nothing down", async () => {
  const board = join(import.meta.dir, "../scoreboards/isorun-fuzz.txt");
  const written = readFileSync(board);
  const main = join(import.meta.dir, "main.ts");
  const child = Bun.spawn([process.execPath, main, "--kind", "component", "--seed", "7", "--write"], {
    stdout: "pipe",
    stderr: "pipe",
  });
  let said = "";
  const words = child.stderr.getReader();
  while (!said.includes("of 1000000 cases")) {
    const { done, value } = await words.read();
    if (done) break;
    said += new TextDecoder().decode(value);
  }
  child.kill("SIGTERM");
  expect(said).toStartWith("seed 7\n");
  const table = await child.stdout.text();
  expect(table).toMatch(/^component +[1-9]\d* +0 +invalid \d+/m);
  expect(table).toContain("interrupted");
  expect(await child.exited).toBe(143);
  expect(readFileSync(board)).toEqual(written);
}, 60_000);

/** Cases after which a planted bug must have shown. */
const canaryCases = 1024;

test.each(Object.keys(canaries))(
  "planted: %s",
  async (canary) => {
    const { kind = "", cases: count = canaryCases } = canaries[canary] ?? {};
    const cases = new Map([[kind, count]]);
    const results = await runFuzz({ seed, cases, processes: 1, canary, stopAtFinding: true });
    const [found] = results.get(kind)?.findings ?? [];
    expect(found?.id).toStartWith(`${kind}:`);
    expect(results.get(kind)?.findings.length).toBeGreaterThan(0);
  },
  60_000,
);

test("a case is found again by its name", async () => {
  const id = caseId("component", { scene: 0xabc, call: 7 });
  expect(id).toBe("component:00000abc.7");
  const job = parseCaseId(id);
  expect(job).toEqual({ kind: "component", cases: [{ scene: 0xabc, call: 7 }] });
  expect(componentOf({ scene: 0xabc, call: 7 })).toEqual(componentOf({ scene: 0xabc, call: 7 }));
  expect(parseCaseId("component")).toBeUndefined();
});

test("a process that does not answer is ended, and one that dies is told apart", async () => {
  const child = new WatchedChild();
  const job = { kind: "fuel", cases: Array.from({ length: 100_000 }, (_, scene) => ({ scene, call: 0 })) };
  expect(await child.run(job, 50)).toEqual({ kind: "died", how: "no answer within 50 ms" });
  const unknown = await child.run({ kind: "unknown", cases: [] }, 30_000);
  expect(unknown).toMatchObject({ kind: "died", how: expect.stringContaining("no kind of cases is called 'unknown'") });
  await child.stop();
}, 60_000);

test("a process that dies after it has answered is told apart too", async () => {
  const child = new WatchedChild();
  const answered = await child.run({ kind: "fuel", cases: [{ scene: 1, call: 0 }] }, 30_000);
  expect(answered.kind).toBe("report");
  const unknown = await child.run({ kind: "unknown", cases: [] }, 30_000);
  expect(unknown).toMatchObject({ kind: "died", how: expect.stringContaining("no kind of cases is called 'unknown'") });
  await child.stop();
}, 60_000);
