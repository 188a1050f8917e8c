/** Time that is spent while nobody computes: clocks of these tests move only where a host function says so. */
import { afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const sleeper = `(component
  (import "sleep" (func $sleep (param "ms" u32)))
  (core func $sleep' (canon lower (func $sleep)))
  (core module $m
    (import "" "sleep" (func $sleep (param i32)))
    (func (export "answer") (result i32) (i32.const 42))
    (func (export "once") (param i32) (call $sleep (local.get 0)))
    (func (export "endless") (param i32)
      (loop $again (block (try_table (catch_all 0) (call $sleep (local.get 0)))) (br $again))))
  (core instance $i (instantiate $m (with "" (instance (export "sleep" (func $sleep'))))))
  (func (export "answer") (result u32) (canon lift (core func $i "answer")))
  (func (export "once") (param "ms" u32) (canon lift (core func $i "once")))
  (func (export "endless") (param "ms" u32) (canon lift (core func $i "endless"))))`;

/** Calls another instance, and catches whatever it can. */
const caller = `(component
  (import "once" (func $once (param "ms" u32)))
  (core func $once' (canon lower (func $once)))
  (core module $m
    (import "" "once" (func $once (param i32)))
    (func (export "endless") (param i32)
      (loop $again (block (try_table (catch_all 0) (call $once (local.get 0)))) (br $again))))
  (core instance $i (instantiate $m (with "" (instance (export "once" (func $once'))))))
  (func (export "endless") (param "ms" u32) (canon lift (core func $i "endless"))))`;

const starting = `(component
  (core module $m (func $start (nop)) (start $start))
  (core instance (instantiate $m)))`;

const runtime = new Runtime();
let component: Component;
let calling: Component;
let started: Component;

beforeAll(async () => {
  const read = await assemble([sleeper, caller, starting]);
  component = await runtime.load(read(sleeper));
  calling = await runtime.load(read(caller));
  started = await runtime.load(read(starting));
}, 120_000);

const clocks = {
  now: performance.now.bind(performance),
  cpu: Object.getOwnPropertyDescriptor(process, "threadCpuUsage"),
};
let ms = 0;

beforeEach(() => {
  ms = 1000;
  performance.now = () => ms;
  const value = () => ({ user: ms * 1000, system: 0 });
  Object.defineProperty(process, "threadCpuUsage", { value, configurable: true, writable: true });
});

afterEach(() => {
  performance.now = clocks.now;
  Object.defineProperty(process, "threadCpuUsage", clocks.cpu ?? {});
});

/** How a host function takes time: while it runs, or until its promise settles, which no timer can come before. */
const sleeps = {
  sync: (time: number) => void (ms += time),
  async: (time: number) => Promise.resolve().then(() => void (ms += time)),
  both: (time: number) => Promise.resolve((ms += time)).then(() => undefined),
};
const ways = Object.keys(sleeps) as (keyof typeof sleeps)[];

const instanceWith = (budget: Budget, way: keyof typeof sleeps): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .budget(budget)
    .linkHost((linker) => linker.func("sleep", sleeps[way]))
    .instantiate();

/** Processor time is that of turns: what passes while a call waits is not its own. */
const ended: readonly (readonly [field: "wallMs" | "cpuMs", way: keyof typeof sleeps])[] = [
  ...ways.map((way) => ["wallMs", way] as const),
  ["cpuMs", "sync"],
  ["cpuMs", "both"],
];

test.each(ended)("%s of a guest that sleeps without end (%s)", async (field, way) => {
  const [instance, neighbour] = [await instanceWith({ [field]: 50 }, way), await instanceWith({ [field]: 50 }, way)];
  const end = await failureOf(instance.call("endless", [10]));
  expect(end).toBeInstanceOf(BudgetExhausted);
  // Five sleeps, and not one more.
  expect(end).toMatchObject({ field, limit: 50, used: 50 });
  expect(instance.state).toBe("exhausted");
  expect([await neighbour.call("answer"), neighbour.state]).toEqual([42, "ready"]);
});

test.each(ways)("the time of one call that sleeps without end (%s)", async (way) => {
  const instance = await instanceWith({ fuel: 1n << 60n }, way);
  const before = ms;
  expect(await failureOf(instance.call("endless", [10], { timeoutMs: 50 }))).toMatchObject({ code: "deadline" });
  expect(ms - before).toBe(50);
});

test("the time of one call without a budget, where its functions wait", async () => {
  for (const way of ["async", "both"] as const) {
    const instance = await instanceWith({}, way);
    const before = ms;
    expect(await failureOf(instance.call("endless", [10], { timeoutMs: 50 }))).toMatchObject({ code: "deadline" });
    expect(ms - before).toBe(50);
  }
});

test.each(ended)("%s of earlier calls is spent (%s)", async (field, way) => {
  const instance = await instanceWith({ [field]: 50 }, way);
  for (const time of [20, 20, 9]) await instance.call("once", [time]);
  expect(await instance.call("answer")).toBe(42);
  expect(instance.usage()[field]).toBe(49);
  // The last thing that it did, and its end, told at once or to the next call.
  const end = await instance.call("once", [1]).then(
    () => failureOf(instance.call("answer")),
    (error: unknown) => error,
  );
  expect(end).toMatchObject({ code: "budget-exhausted", field, limit: 50, used: 50 });
  expect(instance.state).toBe("exhausted");
});

test.each(["wallMs", "cpuMs"] as const)("0 is no %s at all", async (field) => {
  for (const call of ["func", "call"] as const) {
    const instance = await instanceWith({ [field]: 0 }, "sync");
    expect(instance.state).toBe("ready");
    const end = await failureOf(
      (async () => (call === "func" ? instance.func("answer")() : instance.call("answer")))(),
    );
    expect(end).toMatchObject({ code: "budget-exhausted", field, limit: 0, used: 0 });
    expect(instance.state).toBe("exhausted");
    expect(await failureOf(instance.call("answer"))).toMatchObject({ code: "cannot-enter" });
  }
  const start = runtime
    .instance(started)
    .budget({ [field]: 0 })
    .instantiate();
  expect(await failureOf(start)).toMatchObject({ code: "budget-exhausted", field });
});

test("a call whose time is over before it begins ends alone", async () => {
  const instance = await instanceWith({}, "async");
  expect(await failureOf(instance.call("answer", [], { timeoutMs: 0 }))).toMatchObject({ code: "deadline" });
  expect([instance.state, await instance.call("answer")]).toEqual(["ready", 42]);
});

test.each(["sync", "async"] as const)("a provider without time is not entered through a link (%s)", async (way) => {
  const provider = await instanceWith({ wallMs: 50 }, way);
  const consumer = await runtime.instance(calling).linkLocal("once", provider).instantiate();
  const end = await failureOf(consumer.call("endless", [10]));
  expect(end).toMatchObject({ code: "budget-exhausted", field: "wallMs", limit: 50, used: 50 });
  expect([provider.state, consumer.state]).toEqual(["exhausted", "trapped"]);

  const spent = await instanceWith({ wallMs: 50 }, way);
  await spent.call("once", [49]);
  const other = await runtime.instance(calling).linkLocal("once", spent).instantiate();
  expect(await failureOf(other.call("endless", [1]))).toMatchObject({ field: "wallMs", used: 50 });
  expect([spent.state, other.state]).toEqual(["exhausted", "trapped"]);
});

test("a provider that has no time at all ends the first call through a link", async () => {
  const provider = await instanceWith({ wallMs: 0 }, "sync");
  const consumer = await runtime.instance(calling).linkLocal("once", provider).instantiate();
  const end = await failureOf(consumer.call("endless", [10]));
  expect(end).toMatchObject({ code: "budget-exhausted", field: "wallMs", limit: 0, used: 0 });
  expect([provider.state, consumer.state, ms]).toEqual(["exhausted", "trapped", 1000]);
});

test("a caller's time passes in the instances that it calls", async () => {
  const provider = await instanceWith({}, "async");
  const consumer = await runtime.instance(calling).budget({ wallMs: 50 }).linkLocal("once", provider).instantiate();
  const end = await failureOf(consumer.call("endless", [10]));
  expect(end).toMatchObject({ code: "budget-exhausted", field: "wallMs", limit: 50, used: 50 });
  expect([provider.state, consumer.state]).toEqual(["trapped", "exhausted"]);
});
