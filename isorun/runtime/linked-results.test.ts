/** Who ends where the caller of a link cannot take what it is given: the callee has returned (spec: rule 2). */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceState } from "../call/task.ts";
import { BudgetExhausted, TrapError } from "../errors/errors.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import type { InstanceInterface } from "./instance-interface.ts";
import { Runtime } from "./runtime.ts";

/** Whatever it gives must be cleaned up, by its post-return, before it is asked again. */
const provider = `(component
  (component $gives
    (core module $d
      (global $dropped (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (global.set $dropped (i32.add (global.get $dropped) (local.get 0))))
      (func (export "dropped") (result i32) (global.get $dropped)))
    (core instance $d (instantiate $d))
    (type $r' (resource (rep i32) (dtor (core func $d "dtor"))))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core func $get (canon context.get i32 0))
    (core func $set (canon context.set i32 0))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "get" (func $get (result i32)))
      (import "" "set" (func $set (param i32)))
      (memory (export "mem") 1)
      (data (i32.const 32) "abc")
      (global $open (mut i32) (i32.const 0))
      (func $pair (param i32 i32) (result i32)
        (if (global.get $open) (then unreachable))
        (global.set $open (i32.const 1))
        (call $set (i32.const 5))
        (i32.store (i32.const 16) (local.get 0))
        (i32.store (i32.const 20) (local.get 1))
        (i32.const 16))
      (func (export "text") (result i32) (call $pair (i32.const 32) (i32.const 3)))
      (func (export "wrong") (result i32) (call $pair (i32.const 0x10000) (i32.const 3)))
      (func (export "end") (param i32)
        (if (i32.ne (local.get 0) (i32.const 16)) (then unreachable))
        (if (i32.ne (call $get) (i32.const 5)) (then unreachable))
        (global.set $open (i32.const 0)))
      (func (export "fail") (param i32) unreachable)
      (func (export "spin") (param i32) (loop (br 0)))
      (func (export "make") (result i32) (call $new (i32.const 7)))
      (func (export "missing") (result i32) (i32.const 99)))
    (core instance $i (instantiate $m (with "" (instance
      (export "new" (func $new)) (export "get" (func $get)) (export "set" (func $set))))))
    (func (export "text") (result string)
      (canon lift (core func $i "text") (memory (core memory $i "mem")) (post-return (core func $i "end"))))
    (func (export "pair") (result (tuple u32 u32))
      (canon lift (core func $i "text") (memory (core memory $i "mem")) (post-return (core func $i "end"))))
    (func (export "fail") (result string)
      (canon lift (core func $i "text") (memory (core memory $i "mem")) (post-return (core func $i "fail"))))
    (func (export "spin") (result string)
      (canon lift (core func $i "text") (memory (core memory $i "mem")) (post-return (core func $i "spin"))))
    (func (export "wrong") (result string) (canon lift (core func $i "wrong") (memory (core memory $i "mem"))))
    (func (export "make") (result (own $r)) (canon lift (core func $i "make")))
    (func (export "missing") (result (own $r)) (canon lift (core func $i "missing")))
    (func (export "dropped") (result u32) (canon lift (core func $d "dropped"))))
  (instance $gives (instantiate $gives))
  (export "test:app/give" (instance $gives)))`;

/** Its allocator does what it is told: 0 works, 1 answers with no block, 2 traps, 3 has no end, 4 throws. */
const consumer = `(component
  (import "test:app/give" (instance $p
    (export "r" (type $r (sub resource)))
    (export "text" (func (result string)))
    (export "pair" (func (result (tuple u32 u32))))
    (export "fail" (func (result string)))
    (export "spin" (func (result string)))
    (export "wrong" (func (result string)))
    (export "make" (func (result (own $r))))
    (export "missing" (func (result (own $r))))))
  (core module $a
    (memory (export "mem") 1)
    (tag $t)
    (global $mode (export "mode") (mut i32) (i32.const 0))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (if (i32.eq (global.get $mode) (i32.const 2)) (then unreachable))
      (if (i32.eq (global.get $mode) (i32.const 3)) (then (loop (br 0))))
      (if (i32.eq (global.get $mode) (i32.const 4)) (then (throw $t)))
      (select (i32.const -1) (i32.const 64) (i32.eq (global.get $mode) (i32.const 1)))))
  (core instance $a (instantiate $a))
  (core func $text (canon lower (func $p "text") (memory (core memory $a "mem")) (realloc (core func $a "realloc"))))
  (core func $fail (canon lower (func $p "fail") (memory (core memory $a "mem")) (realloc (core func $a "realloc"))))
  (core func $spin (canon lower (func $p "spin") (memory (core memory $a "mem")) (realloc (core func $a "realloc"))))
  (core func $wrong (canon lower (func $p "wrong") (memory (core memory $a "mem")) (realloc (core func $a "realloc"))))
  (core func $pair (canon lower (func $p "pair") (memory (core memory $a "mem"))))
  (core func $make (canon lower (func $p "make")))
  (core func $missing (canon lower (func $p "missing")))
  (core module $m
    (import "a" "mode" (global $mode (mut i32)))
    (import "" "text" (func $text (param i32)))
    (import "" "fail" (func $fail (param i32)))
    (import "" "spin" (func $spin (param i32)))
    (import "" "wrong" (func $wrong (param i32)))
    (import "" "pair" (func $pair (param i32)))
    (import "" "make" (func $make (result i32)))
    (import "" "missing" (func $missing (result i32)))
    (func (export "text") (param i32) (global.set $mode (local.get 0)) (call $text (i32.const 8)))
    (func (export "fail") (param i32) (global.set $mode (local.get 0)) (call $fail (i32.const 8)))
    (func (export "spin") (param i32) (global.set $mode (local.get 0)) (call $spin (i32.const 8)))
    (func (export "wrong") (param i32) (global.set $mode (local.get 0)) (call $wrong (i32.const 8)))
    (func (export "pair") (param i32) (call $pair (local.get 0)))
    (func (export "make") (param i32)
      (loop
        (drop (call $make))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "missing") (param i32) (drop (call $missing))))
  (core instance $i (instantiate $m (with "a" (instance $a)) (with "" (instance
    (export "text" (func $text)) (export "fail" (func $fail)) (export "spin" (func $spin)) (export "wrong" (func $wrong))
    (export "pair" (func $pair)) (export "make" (func $make)) (export "missing" (func $missing))))))
  (func (export "text") (param "mode" u32) (canon lift (core func $i "text")))
  (func (export "fail") (param "mode" u32) (canon lift (core func $i "fail")))
  (func (export "spin") (param "mode" u32) (canon lift (core func $i "spin")))
  (func (export "wrong") (param "mode" u32) (canon lift (core func $i "wrong")))
  (func (export "pair") (param "at" u32) (canon lift (core func $i "pair")))
  (func (export "make") (param "count" u32) (canon lift (core func $i "make")))
  (func (export "missing") (param "mode" u32) (canon lift (core func $i "missing"))))`;

/** Asks a provider for its text, and gives it on: the provider of one is the caller of another. */
const between = `(component
  (import "test:app/give" (instance $p (export "text" (func (result string)))))
  (core module $a (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
  (core instance $a (instantiate $a))
  (core func $text (canon lower (func $p "text") (memory (core memory $a "mem")) (realloc (core func $a "realloc"))))
  (core module $m
    (import "" "text" (func $text (param i32)))
    (func (export "text") (result i32) (call $text (i32.const 8)) (i32.const 8)))
  (core instance $i (instantiate $m (with "" (instance (export "text" (func $text))))))
  (func $given (result string) (canon lift (core func $i "text") (memory (core memory $a "mem"))))
  (instance $gives (export "text" (func $given)))
  (export "test:app/passed" (instance $gives)))`;

const asking = `(component
  (import "test:app/passed" (instance $p (export "text" (func (result string)))))
  (core module $a (memory (export "mem") 1) (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $a (instantiate $a))
  (core func $text (canon lower (func $p "text") (memory (core memory $a "mem")) (realloc (core func $a "realloc"))))
  (core module $m (import "" "text" (func $text (param i32))) (func (export "go") (call $text (i32.const 8))))
  (core instance $i (instantiate $m (with "" (instance (export "text" (func $text))))))
  (func (export "go") (canon lift (core func $i "go"))))`;

const runtime = new Runtime();
const components = new Map<string, Component>();

beforeAll(async () => {
  const texts = [provider, consumer, between, asking];
  const read = await assemble(texts);
  for (const text of texts) components.set(text, await runtime.load(read(text)));
}, 120_000);

function componentOf(text: string): Component {
  const component = components.get(text);
  return component ?? expect.unreachable("it was not assembled");
}

const makeProvider = async (budget: Budget = {}): Promise<InstanceHandle> =>
  runtime.instance(componentOf(provider)).budget(budget).instantiate();

const makeConsumer = async (of: InstanceInterface, budget: Budget = {}): Promise<InstanceHandle> =>
  runtime.instance(componentOf(consumer)).budget(budget).linkLocal("test:app/give", of).instantiate();

const text = "test:app/give#text";

/** It can be called, also what must not be called while something that it gave is not cleaned up. */
async function expectUnharmed(instance: InstanceHandle): Promise<void> {
  expect(instance.state).toBe("ready");
  expect(await instance.call(text)).toBe("abc");
  expect(instance.func(text)()).toBe("abc");
  const next = await makeConsumer(instance);
  await next.call("text", [0]);
  next.func("text")(0);
}

const metered: Budget = { fuel: 10_000n, wallMs: 60_000, maxCallDepth: 50 };

test.each<[name: string, arg: number, budget: Budget, end: object, state: InstanceState]>([
  ["text", 1, {}, { code: "trap", message: "wasm trap: string content out-of-bounds" }, "trapped"],
  ["text", 2, {}, { code: "trap", message: "wasm trap: unreachable" }, "trapped"],
  ["text", 3, { fuel: 10_000n }, { code: "budget-exhausted", field: "fuel" }, "exhausted"],
  ["text", 4, {}, { code: "trap", message: "an exception of core code was not caught" }, "trapped"],
  ["text", 0, { maxMessageBytes: 2 }, { code: "budget-exhausted", field: "maxMessageBytes" }, "exhausted"],
  ["pair", 0x10000, {}, { code: "trap", message: "wasm trap: list content out-of-bounds" }, "trapped"],
  ["make", 3, { maxHandles: 2 }, { code: "budget-exhausted", field: "maxHandles" }, "exhausted"],
])("'%s' (%p) of a caller with %p that cannot take the result ends it alone", async (name, arg, budget, end, state) => {
  for (const ofProvider of [{}, metered]) {
    const given = await makeProvider(ofProvider);
    const [waiting, direct] = [await makeConsumer(given, budget), await makeConsumer(given, budget)];
    expect(await failureOf(waiting.call(name, [arg]))).toMatchObject(end);
    expect([waiting.state, given.state]).toEqual([state, "ready"]);
    expect(thrownBy(() => direct.func(name)(arg))).toMatchObject(end);
    expect([direct.state, given.state]).toEqual([state, "ready"]);
    await expectUnharmed(given);
  }
});

test("what the caller has no room for is destroyed where it came from, with all that it had", async () => {
  const given = await makeProvider();
  const taker = await makeConsumer(given, { maxHandles: 2 });
  expect(await failureOf(taker.call("make", [3]))).toBeInstanceOf(BudgetExhausted);
  expect(await given.call("test:app/give#dropped")).toBe(21);
  expect(given.usage().handles).toBe(0);
});

test("frames are those of the caller", async () => {
  const given = await makeProvider();
  const taker = await makeConsumer(given);
  const trap = await failureOf(taker.call("text", [2]));
  if (!(trap instanceof TrapError)) return expect.unreachable("it is a trap");
  expect(trap.frames).toHaveLength(2);
  expect(new Set(trap.frames.map(({ instance }) => instance)).size).toBe(1);
});

test.each([
  ["wrong", "wasm trap: string content out-of-bounds"],
  ["missing", "unknown handle index 99"],
  ["fail", "wasm trap: unreachable"],
])("'%s' is the fault of who gives it, and ends both", async (name, message) => {
  for (const isSync of [false, true]) {
    const given = await makeProvider();
    const taker = await makeConsumer(given);
    const end = isSync ? thrownBy(() => taker.func(name)(0)) : await failureOf(taker.call(name, [0]));
    expect(end).toMatchObject({ code: "trap", message });
    expect([taker.state, given.state]).toEqual(["trapped", "trapped"]);
  }
});

test("a limit of who gives is met on its own account, and ends both", async () => {
  const given = await makeProvider({ maxMessageBytes: 2 });
  const taker = await makeConsumer(given);
  expect(await failureOf(taker.call("text", [0]))).toMatchObject({ field: "maxMessageBytes", limit: 2 });
  expect([taker.state, given.state]).toEqual(["trapped", "exhausted"]);
});

test("what then fails in the clean-up of who gave it ends that one too, and the caller is told its own end", async () => {
  const given = await makeProvider();
  const taker = await makeConsumer(given);
  expect(await failureOf(taker.call("fail", [1]))).toMatchObject({
    message: "wasm trap: string content out-of-bounds",
  });
  expect([taker.state, given.state]).toEqual(["trapped", "trapped"]);
});

test.each<[budget: Budget, field: string]>([
  [{ wallMs: 100 }, "wallMs"],
  [{ fuel: 10_000n }, "fuel"],
])("a clean-up without end is on the account of who gives (%p)", async (budget, field) => {
  const given = await makeProvider(budget);
  const other = await makeProvider(budget);
  const [first, second] = [await makeConsumer(given), await makeConsumer(other)];
  expect(await failureOf(first.call("spin", [0]))).toMatchObject({ field });
  expect([first.state, given.state]).toEqual(["trapped", "exhausted"]);
  expect(await failureOf(second.call("spin", [2]))).toMatchObject({ message: "wasm trap: unreachable" });
  expect([second.state, other.state]).toEqual(["trapped", "exhausted"]);
});

test("calls that end in the same turn do not take each other's providers for their own", async () => {
  const [first, second] = [await makeProvider(), await makeProvider()];
  const takers = [await makeConsumer(first), await makeConsumer(second), await makeConsumer(second)];
  const [one, two, three] = takers.map((taker, index) => taker.call("text", [index === 1 ? 0 : 2]));
  expect(await failureOf(Promise.resolve(one))).toBeInstanceOf(TrapError);
  expect(await two).toBeUndefined();
  expect(await failureOf(Promise.resolve(three))).toBeInstanceOf(TrapError);
  expect(takers.map(({ state }) => state)).toEqual(["trapped", "ready", "trapped"]);
  await expectUnharmed(first);
  await expectUnharmed(second);
});

test("a call that waits for the provider has its turn when another's results were refused", async () => {
  const given = await makeProvider();
  const [bad, good] = [await makeConsumer(given), await makeConsumer(given)];
  const ends = await Promise.allSettled([bad.call("text", [2]), good.call("text", [0]), given.call(text)]);
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
});

test("along a chain of links those end that have not returned", async () => {
  const given = await makeProvider();
  const passes = await runtime.instance(componentOf(between)).linkLocal("test:app/give", given).instantiate();
  const asks = await runtime.instance(componentOf(asking)).linkLocal("test:app/passed", passes).instantiate();
  expect(await failureOf(asks.call("go"))).toBeInstanceOf(TrapError);
  expect([asks.state, passes.state, given.state]).toEqual(["trapped", "ready", "ready"]);
  expect(await passes.call("test:app/passed#text")).toBe("abc");
  await expectUnharmed(given);
});

test("a host function between both, which has its text from the provider, is no other case", async () => {
  const given = await makeProvider();
  for (const isSync of [true, false]) {
    const asks = await runtime
      .instance(componentOf(asking))
      .linkHost((linker) =>
        linker.instance("test:app/passed", (inner) =>
          inner.func("text", () => (isSync ? given.func(text)() : given.call(text))),
        ),
      )
      .instantiate();
    expect(await failureOf(asks.call("go"))).toBeInstanceOf(TrapError);
    expect([asks.state, given.state]).toEqual(["trapped", "ready"]);
    await expectUnharmed(given);
  }
});
