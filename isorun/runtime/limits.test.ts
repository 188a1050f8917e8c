/** What ends an instance that takes too much: the right field, a neighbour that goes on, memory that is given back. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted, UnsupportedError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const bombs = `(component
  (import "wait" (func $wait))
  (core func $wait' (canon lower (func $wait)))
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (component $inner (core module $m (memory 1) (table 1 funcref)) (core instance (instantiate $m)))
  (instance (instantiate $inner))
  (instance (instantiate $inner))
  (core module $m
    (import "" "wait" (func $wait))
    (import "" "new" (func $new (param i32) (result i32)))
    (memory (export "mem") 64)
    (func (export "answer") (result i32) (i32.const 42))
    (func (export "spin") (loop (br 0)))
    (func (export "catch") (loop $again (block (try_table (catch_all 0) (loop (br 0)))) (br $again)))
    (func (export "hoard") (loop (drop (call $new (i32.const 1))) (br 0)))
    (func (export "giant") (result i32) (i32.store (i32.const 4) (i32.const 0x200000)) (i32.const 0))
    (func (export "wait") (call $wait)))
  (core instance $i (instantiate $m (with "" (instance (export "wait" (func $wait')) (export "new" (func $new))))))
  (func (export "answer") (result u32) (canon lift (core func $i "answer")))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "catch") (canon lift (core func $i "catch")))
  (func (export "hoard") (canon lift (core func $i "hoard")))
  (func (export "giant") (result string) (canon lift (core func $i "giant") (memory (core memory $i "mem"))))
  (func (export "wait") (canon lift (core func $i "wait"))))`;

const slowStart = `(component
  (core module $m (func $spin (loop (br 0))) (start $spin))
  (core instance (instantiate $m)))`;

const runtime = new Runtime();
let component: Component;
let slow: Component;

beforeAll(async () => {
  const read = await assemble([bombs, slowStart]);
  component = await runtime.load(read(bombs));
  slow = await runtime.load(read(slowStart));
}, 120_000);

const never = (): Promise<void> => new Promise(() => undefined);

const instanceWith = (budget: Budget): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .budget(budget)
    .linkHost((linker) => linker.func("wait", never))
    .instantiate();

const cases: readonly (readonly [name: string, budget: Budget, field: string])[] = [
  ["spin", { wallMs: 150 }, "wallMs"],
  ["catch", { wallMs: 150 }, "wallMs"],
  ["spin", { cpuMs: 20 }, "cpuMs"],
  ["catch", { cpuMs: 20 }, "cpuMs"],
  ["wait", { wallMs: 150 }, "wallMs"],
  ["hoard", { maxHandles: 1000 }, "maxHandles"],
  ["giant", { maxMessageBytes: 0x1fffff }, "maxMessageBytes"],
];

test.each(cases)("'%s' with %p", async (name, budget, field) => {
  const [instance, neighbour] = [await instanceWith(budget), await instanceWith(budget)];
  const end = await failureOf(instance.call(name));
  expect(end).toBeInstanceOf(BudgetExhausted);
  expect(end).toMatchObject({ field, limit: Object.values(budget)[0] });
  expect(Number((end as BudgetExhausted).used)).toBeGreaterThanOrEqual(Number(Object.values(budget)[0]));
  expect(instance.state).toBe("exhausted");
  expect(await failureOf(instance.call("answer"))).toMatchObject({ code: "cannot-enter" });
  expect([await neighbour.call("answer"), neighbour.state]).toEqual([42, "ready"]);
});

test("what is within the budget is no end", async () => {
  const budget = { wallMs: 60_000, cpuMs: 60_000, maxHandles: 10, maxMessageBytes: 0x200000, maxInstances: 3 };
  const instance = await instanceWith(budget);
  expect(await instance.call("giant")).toHaveLength(0x200000);
  expect(instance.usage()).toMatchObject({ calls: 1, handles: 0, instances: 3, memoryBytes: 66 * 65_536 });
  expect(instance.usage().wallMs).toBeGreaterThan(0);
  // Some kernels count in ticks of milliseconds.
  while (instance.usage().cpuMs === 0) await instance.call("giant");
});

test("an instance without code of its own, such as tools put around what they export, is none that counts", async () => {
  const shim = `(component $shim (import "f" (func $f)) (export "g" (func $f)))`;
  const text = `(component
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    (func $f (canon lift (core func $i "f")))
    ${shim}
    (instance $wrapped (instantiate $shim (with "f" (func $f))))
    (export "wrapped" (instance $wrapped)))`;
  const loaded = await runtime.load((await assemble([text]))(text));
  const instance = await runtime.instance(loaded).budget({ maxInstances: 1 }).instantiate();
  await instance.call("wrapped#g");
  expect(instance.usage().instances).toBe(1);
  expect(await failureOf(runtime.instance(loaded).budget({ maxInstances: 0 }).instantiate())).toMatchObject({
    used: 1,
  });
});

test("many instances without code count too: they take places of the Runtime", async () => {
  const doubled = (level: number): string =>
    level === 0
      ? "(component $c)"
      : `(component $c ${doubled(level - 1)} (instance (instantiate $c)) (instance (instantiate $c)))`;
  const text = `(component ${doubled(14)} (instance (instantiate $c)))`;
  const loaded = await runtime.load((await assemble([text]))(text));
  const end = await failureOf(runtime.instance(loaded).budget({ maxInstances: 1 }).instantiate());
  expect(end).toMatchObject({ code: "budget-exhausted", field: "maxInstances", limit: 1, used: 2 });
});

test.each([
  ["maxInstances", 2],
  ["maxMemories", 2],
  ["maxTables", 1],
] as const)("%s: %d are too few", async (field, limit) => {
  const end = await failureOf(instanceWith({ [field]: limit }));
  expect(end).toBeInstanceOf(BudgetExhausted);
  expect(end).toMatchObject({ field, limit, used: limit + 1 });
});

test.each([{ wallMs: 150 }, { cpuMs: 20 }, { fuel: 100_000n }])(
  "a start that does not end, with %p",
  async (budget) => {
    const end = await failureOf(runtime.instance(slow).budget(budget).instantiate());
    expect(end).toMatchObject({ code: "budget-exhausted", field: Object.keys(budget)[0] });
  },
);

test("processor time cannot be limited where nothing measures it", async () => {
  const measure = Object.getOwnPropertyDescriptor(process, "threadCpuUsage") ?? {};
  Object.defineProperty(process, "threadCpuUsage", { value: undefined, configurable: true });
  try {
    expect(await failureOf(instanceWith({ cpuMs: 20 }))).toBeInstanceOf(UnsupportedError);
  } finally {
    Object.defineProperty(process, "threadCpuUsage", measure);
  }
});

test("the time of one call is looked at while the guest computes", async () => {
  const instance = await instanceWith({ fuel: 1n << 60n });
  expect(await failureOf(instance.call("catch", [], { timeoutMs: 150 }))).toMatchObject({ code: "deadline" });
  expect(instance.state).toBe("trapped");
});

test.each(["spin", "catch"])(
  "the time of '%s' is looked at again soon, also by code that is not compiled yet",
  async (name) => {
    const [timed, plain] = [await instanceWith({ cpuMs: 20 }), await instanceWith({ fuel: 1n << 60n })];
    const ends = [await failureOf(timed.call(name)), await failureOf(plain.call(name, [], { timeoutMs: 150 }))];
    expect(ends).toMatchObject([{ field: "cpuMs" }, { code: "deadline" }]);
    // One slice takes two milliseconds at the speed of an interpreter. Of a busy machine only the thread's own time counts.
    expect((ends[0] as BudgetExhausted).used).toBeLessThan(120);
  },
);

test("slices become shorter towards the limit, and are long again without one", async () => {
  const instance = await instanceWith({ fuel: 1n << 60n });
  const looks: number[] = [];
  const now = performance.now.bind(performance);
  // The clock of this test runs a millisecond a look: what counts is how often it is looked at.
  performance.now = () => looks.push(0);
  try {
    expect(await failureOf(instance.call("spin", [], { timeoutMs: 50 }))).toMatchObject({ code: "deadline" });
  } finally {
    performance.now = now;
  }
  const { fuel } = instance.usage();
  expect(looks.length).toBeGreaterThan(50);
  expect(fuel).toBeLessThan(50n * 500_000n);
  expect(fuel).toBeGreaterThan((50n * 10_000n) / 2n);
});

test("fuel of one call narrows that of the instance", async () => {
  const instance = await instanceWith({ fuel: 1n << 60n });
  expect(await instance.call("answer", [], { fuel: 1000n })).toBe(42);
  expect(await failureOf(instance.call("spin", [], { fuel: 1000n }))).toMatchObject({ field: "fuel" });
  const free = await instanceWith({});
  expect(await failureOf(free.call("answer", [], { fuel: 1000n }))).toBeInstanceOf(UnsupportedError);
});

test("memory of instances that ended is given back", async () => {
  const ended: WeakRef<InstanceHandle>[] = [];
  for (let index = 0; index < 200; index += 1) {
    const instance = await instanceWith({ maxHandles: 100 });
    const abort = new AbortController();
    const end = failureOf(instance.call(index % 2 === 0 ? "hoard" : "wait", [], { signal: abort.signal }));
    abort.abort();
    await end;
    await instance.terminate();
    ended.push(new WeakRef(instance));
    if (index % 20 === 0) Bun.gc(true);
  }
  await new Promise((resolve) => void setTimeout(resolve, 0));
  Bun.gc(true);
  // The collector is conservative: what a stack still shows may stay.
  expect(ended.filter((each) => each.deref() !== undefined).length).toBeLessThan(20);
}, 60_000);

test("a limit of memory is one of handles too, which are none of the guest's memory", async () => {
  const hoarded = async (budget: Budget): Promise<unknown> => failureOf((await instanceWith(budget)).call("hoard"));
  expect(await hoarded({ maxMemoryBytes: 16 << 20 })).toMatchObject({ field: "maxHandles", limit: 32_768 });
  expect(await hoarded({ maxMemoryBytes: 16 << 20, maxHandles: 40_000 })).toMatchObject({ limit: 40_000 });
  expect(await hoarded({})).toMatchObject({ field: "maxHandles", limit: 1_000_000 });
});
