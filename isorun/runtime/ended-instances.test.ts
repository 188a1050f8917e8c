/** Of an instance that ended nothing is left but what its handle tells, however many come and go in one job. */
import { beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { Runtime } from "./runtime.ts";
import { aliveCount, type Counts, type Report, type What } from "./testing/end-instances.ts";

/** With a memory, a global and a table of its own, and a resource whose destructor holds all of them. */
const heavy = `(component
  (core module $d (table 1 funcref) (global (mut i32) (i32.const 1)) (memory (export "mem") 1 3)
    (func (export "dtor") (param i32)) (func (export "grow") (drop (memory.grow (i32.const 1))))
    (func (export "spin") (loop $l (br $l))) (func (export "fail") unreachable))
  (core instance $d (instantiate $d))
  (type $r' (resource (rep i32) (dtor (core func $d "dtor"))))
  (core func $new (canon resource.new $r'))
  (core module $n (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (drop (call $new (i32.const 5)))))
  (core instance $n (instantiate $n (with "" (instance (export "new" (func $new))))))
  (func (export "make") (canon lift (core func $n "make")))
  (func (export "grow") (canon lift (core func $d "grow")))
  (func (export "spin") (canon lift (core func $d "spin")))
  (func (export "fail") (canon lift (core func $d "fail"))))`;

const starting =
  "(component (core module $m (memory 1 3) (func $f unreachable) (start $f)) (core instance (instantiate $m)))";

/** Of 65,535 places it takes as many as it has instances. */
const crowdSize = 100;
const crowd = `(component (component $c (core instance)) ${"(instance (instantiate $c))".repeat(crowdSize)})`;

const kept = `(component
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r'))
  (core module $m (import "" "new" (func $new (param i32) (result i32)))
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
    (func (export "add") (param i32) (result i32) (local.get 0))
    (func (export "text") (param i32 i32) (result i32) (local.get 1))
    (func (export "post") (param i32))
    (func (export "make") (result i32) (drop (call $new (i32.const 1))) (call $new (i32.const 2)))
    (func (export "fail") unreachable))
  (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
  (func (export "add") (param "x" u32) (result u32) (canon lift (core func $i "add")))
  (func (export "text") (param "x" string) (result u32) (canon lift (core func $i "text")
    (memory (core memory $i "mem")) (realloc (core func $i "realloc")) (post-return (core func $i "post"))))
  (func (export "make") (result (own $r)) (canon lift (core func $i "make")))
  (func (export "fail") (canon lift (core func $i "fail"))))`;

let pathOf: (text: string) => string;

beforeAll(async () => {
  pathOf = await assembleFiles([heavy, starting, crowd, kept]);
}, 120_000);

/**
 * In a process that nobody else has, and that waits for its compiler: what one beside it has still to compile is held
 * with all that it was seen to use, which is an instance or two, also of those that ended.
 */
async function reportOf(what: What, text: string): Promise<Report> {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "testing", "end-instances.ts"), what, pathOf(text)],
    {
      env: { ...process.env, BUN_JSC_useConcurrentJIT: "0" },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: 50_000,
      killSignal: "SIGKILL",
    },
  );
  const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect(await child.exited, errors).toBe(0);
  return JSON.parse(out) as Report; // the program writes one
}

/** A stack may still show a few. */
const slack = 15;

const more = (counts: Counts, before: Counts): [kind: string, count: number][] =>
  Object.entries(counts).map(([kind, count]) => [kind, count - (before[kind] ?? 0)]);

function expectNothingStays({ before, after, turns }: Report): void {
  expect(more(after, before).filter(([, count]) => count >= slack)).toEqual([]);
  expect(turns).toBe(0);
}

/** All would be 0 if the counts were of nothing. */
function expectCounted({ after, alive }: Report, kinds: readonly string[]): void {
  const counted = more(alive ?? {}, after).filter(([, count]) => count >= aliveCount);
  expect(counted.map(([kind]) => kind)).toEqual(expect.arrayContaining(kinds.map((kind) => `WebAssembly.${kind}`)));
}

test.each(["terminated", "trapped", "exhausted"] as const)(
  "nothing stays with handles of those that are %s, in one job",
  async (state) => {
    const report = await reportOf(`handles of ${state}`, heavy);
    expectNothingStays(report);
    expect(report.told).toEqual([[state, 2 * 65_536]]);
    expectCounted(report, ["Instance", "Memory", "Global", "Table"]);
  },
  60_000,
);

test("nothing stays of those that failed while they were made, or were not linked", async () => {
  const report = await reportOf("failed while they were made", starting);
  expectNothingStays(report);
  expect(report.told).toEqual(["TrapError: wasm trap: unreachable"]);
}, 60_000);

test.each(["terminated", "trapped"] as const)(
  "functions that are kept of an instance that was %s hold nothing of it",
  async (state) => {
    const report = await reportOf(`functions of ${state}`, kept);
    expectNothingStays(report);
    const refusal = `TrapError: cannot enter component instance: it is ${state}`;
    // What it had at its end, however it ended.
    const usage = { memoryBytes: 65_536, handles: 0 };
    expect(report.told).toEqual([{ results: [1, 3], refusals: [refusal, refusal, refusal], ...usage }]);
    // A memory may be one that another gave back.
    expectCounted(report, ["Instance", "Global"]);
  },
  60_000,
);

test("one job may make and end more of them than there are places for", async () => {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load(pathOf(crowd)));
  for (let time = 0; time < 700; time += 1) {
    await (await builder.instantiate()).terminate();
    // A large heap, as other tests leave it, may not be looked at for so few.
    if (time % 100 === 99) Bun.gc(true);
  }
  expect((await builder.instantiate()).usage().instances).toBe(crowdSize + 1);
});
