/** Of an instance that ended nothing is left but what its handle tells, however many come and go in one job. */
import { heapStats } from "bun:jsc";
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

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

let bytesOf: (text: string) => Uint8Array;

beforeAll(async () => {
  bytesOf = await assemble([heavy, starting, crowd]);
}, 120_000);

const kinds = ["WebAssembly.Instance", "WebAssembly.Memory", "WebAssembly.Global", "WebAssembly.Table"] as const;

function counts(): readonly number[] {
  Bun.gc(true);
  const { objectTypeCounts } = heapStats();
  return kinds.map((kind) => objectTypeCounts[kind] ?? 0);
}

/** A stack may still show a few. */
const slack = 15;
const times = 40;

const ends: Readonly<Record<string, (handle: InstanceHandle) => Promise<unknown>>> = {
  "when they are terminated": (handle) => handle.terminate(),
  "when they trapped": (handle) => handle.call("fail").catch(() => undefined),
  "when their budget is used up": (handle) => handle.call("spin").catch(() => undefined),
};

test.each(Object.entries(ends))("%s nothing stays with their handles, in one job", async (_, end) => {
  const runtime = new Runtime();
  const budget = { fuel: 10_000n, maxMemoryBytes: 1 << 20 };
  const builder = runtime.instance(await runtime.load(bytesOf(heavy), { budget })).budget(budget);
  await end(await builder.instantiate());
  const before = counts();
  const handles: InstanceHandle[] = [];
  for (let time = 0; time < times; time += 1) {
    const handle = await builder.instantiate();
    handles.push(handle);
    await handle.call("make");
    await handle.call("grow");
    await end(handle);
  }
  const after = counts();
  for (const [index, kind] of kinds.entries()) {
    expect([kind, (after[index] ?? 0) - (before[index] ?? 0) < slack]).toEqual([kind, true]);
  }
  expect(handles.every(({ state }) => state !== "ready")).toBe(true);
  const usages = new Set(handles.map((handle) => handle.usage().memoryBytes));
  expect([...usages]).toEqual([2 * 65_536]);
  // Both would be 0 if the counts were of nothing.
  const alive = await Promise.all(Array.from({ length: 15 }, () => builder.instantiate()));
  expect((counts()[0] ?? 0) - (after[0] ?? 0)).toBeGreaterThanOrEqual(15);
  await Promise.all(alive.map((handle) => handle.terminate()));
});

test("nothing stays of those that failed while they were made, or were not linked", async () => {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load(bytesOf(starting)));
  await builder.instantiate().catch(() => undefined);
  const before = counts();
  for (let time = 0; time < times; time += 1) await builder.instantiate().catch(() => undefined);
  const after = counts();
  for (const [index, kind] of kinds.entries()) {
    expect([kind, (after[index] ?? 0) - (before[index] ?? 0) < slack]).toEqual([kind, true]);
  }
});

test("one job may make and end more of them than there are places for", async () => {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load(bytesOf(crowd)));
  for (let time = 0; time < 700; time += 1) {
    await (await builder.instantiate()).terminate();
    // A large heap, as other tests leave it, may not be looked at for so few.
    if (time % 100 === 99) Bun.gc(true);
  }
  expect((await builder.instantiate()).usage().instances).toBe(crowdSize + 1);
});

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

test.each([
  ["terminated", async (handle: InstanceHandle) => handle.terminate()],
  ["trapped", async (handle: InstanceHandle) => handle.call("fail").catch(() => undefined)],
])("functions that are kept of an instance that was %s hold nothing of it", async (state, end) => {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load((await assemble([kept]))(kept)));
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const before = counts();
  for (let time = 0; time < times; time += 1) {
    const handle = await builder.instantiate();
    const [add, text, make] = ["add", "text", "make"].map((name) => handle.func(name));
    if (add === undefined || text === undefined || make === undefined) return expect.unreachable("they were found");
    expect([add(1), text("abc")]).toEqual([1, 3]);
    make();
    await end(handle);
    functions.push(add, text, make);
    // What it had at its end, however it ended.
    expect(handle.usage()).toMatchObject({ memoryBytes: 65_536, handles: 0 });
    expect(() => add(1)).toThrow(`it is ${state}`);
    expect(() => text("abc")).toThrow(`it is ${state}`);
    expect(() => make()).toThrow(`it is ${state}`);
  }
  const after = counts();
  for (const [index, kind] of kinds.entries()) {
    expect([kind, (after[index] ?? 0) - (before[index] ?? 0) < slack]).toEqual([kind, true]);
  }
  expect(functions).toHaveLength(times * 3);
});
