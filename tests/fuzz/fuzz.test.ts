/** A small part of the fuzzer with a seed that stays, and proof that it notices: bugs that were planted are found. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { componentOf } from "./binary-cases.ts";
import { comparedKinds } from "./compare-verdicts.ts";
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
  // Nearly all that are run call something.
  expect(results.get("run")?.endings.get("nothing to call") ?? 0).toBeLessThan(3);
  expect(endingsOf(results.get("loops"))).toEqual(["loops, ended", "loops, out of fuel"]);
}, 60_000);

test("wasmtime judges the same of hundreds of components, nearly all of which can be compared", async () => {
  const cases = new Map(comparedKinds.map((kind) => [kind, 192]));
  const results = await runFuzz({ seed, cases, processes: 2, isJudged: true });
  for (const kind of comparedKinds) {
    const { findings, endings, cases: count = 0 } = results.get(kind) ?? {};
    expect({ kind, findings }).toEqual({ kind, findings: [] });
    expect(count).toBe(192);
    expect(endings?.get("both accept")).toBeGreaterThan(count / 10);
    expect(endings?.get("both refuse")).toBeGreaterThan(count / 10);
    // What wasmtime is excused for is an exception.
    expect(endings?.get("not comparable") ?? 0).toBeLessThan(count / 20);
  }
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

test("the command that stands above the table gives the table", async () => {
  const argv = ["--cases", "41", "--seed", "11", "--kind", "wave", "--kind", "rewrite"];
  const outputs: string[] = [];
  let given: readonly string[] = argv;
  for (let round = 0; round < 2; round += 1) {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "main.ts"), ...given], {
      stdout: "pipe",
      stderr: "ignore",
    });
    const table = await child.stdout.text();
    expect(await child.exited).toBe(0);
    outputs.push(table);
    given = (/^npm run fuzz -- (.+)$/m.exec(table)?.[1] ?? "").split(" ");
  }
  expect(given).toEqual(argv);
  // Shares are whole numbers: the sum is not what was asked for.
  expect(outputs[0]).toMatch(/^all +42 +0$/m);
  expect(outputs[1]).toBe(outputs[0] ?? "");
}, 60_000);

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
