/** What is told of a trap: the calls that it came out of, by the names of components, instances and functions. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { TrapError } from "../errors/errors.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const provider = `(component $provider
  (import "host" (func $host))
  (core func $host (canon lower (func $host)))
  (core module $m
    (import "" "host" (func $host))
    (func $divide (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
    (func $outer (export "divide") (param i32) (result i32) (call $divide (local.get 0)))
    (func $ask (export "ask") (call $host)))
  (core instance $i (instantiate $m (with "" (instance (export "host" (func $host))))))
  (func (export "divide") (param "by" u32) (result u32) (canon lift (core func $i "divide")))
  (func (export "ask") (canon lift (core func $i "ask"))))`;

const consumer = `(component $consumer
  (import "divide" (func $divide (param "by" u32) (result u32)))
  (component $inner
    (import "divide" (func $divide (param "by" u32) (result u32)))
    (core func $divide (canon lower (func $divide)))
    (core module $m
      (import "" "divide" (func $divide (param i32) (result i32)))
      (func $through (export "through") (param i32) (result i32) (call $divide (local.get 0))))
    (core instance $i (instantiate $m (with "" (instance (export "divide" (func $divide))))))
    (func (export "through") (param "by" u32) (result u32) (canon lift (core func $i "through"))))
  (instance $inner (instantiate $inner (with "divide" (func $divide))))
  (core func $through (canon lower (func $inner "through")))
  (core module $m
    (import "" "through" (func $through (param i32) (result i32)))
    (func $run (export "run") (param i32) (result i32)
      (block (try_table (catch_all 0) (return (call $through (local.get 0))))) (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance (export "through" (func $through))))))
  (func (export "run") (param "by" u32) (result u32) (canon lift (core func $i "run"))))`;

const nameless = `(component
  (core module
    (func (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
    (func (export "shown") (param i32) (result i32) (call 0 (local.get 0))))
  (core instance (instantiate 0))
  (func (export "divide") (param "by" u32) (result u32) (canon lift (core func 0 "shown"))))`;

const partlyNamed = `(component
  (core module $m
    (import "" "x" (func $imported))
    (func unreachable)
    (func (call 1))
    (func (export "shown") (call 2))
    (func $named (call 3))
    (func (export "a") (call $named)))
  (core module $x (func (export "x")))
  (core instance $x (instantiate $x))
  (core instance $i (instantiate $m (with "" (instance $x))))
  (func (export "a") (canon lift (core func $i "a"))))`;

const hostile = `(component $c
  (core module $m (func $f (@name "a\\1b[2J\\n    at other (x.js:1:1)") (export "f") unreachable))
  (core instance $i (instantiate $m))
  (func (export "f") (canon lift (core func $i "f"))))`;

let runtime: Runtime;
let components: readonly Component[];

beforeAll(async () => {
  runtime = new Runtime();
  const texts = [provider, consumer, nameless, hostile, partlyNamed];
  const read = await assemble(texts);
  components = await Promise.all(texts.map((text) => runtime.load(read(text))));
}, 120_000);

/** All names are those of a fresh runtime, so that instances are numbered from one. */
async function start(index: number, budget: Budget = {}, host: () => unknown = () => undefined) {
  const component = components[index] ?? expect.unreachable("no such component");
  return runtime
    .instance(component)
    .budget(budget)
    .linkHost((linker) => linker.func("host", host));
}

const trapOf = async (instance: InstanceHandle, name: string, args: readonly unknown[] = []): Promise<TrapError> => {
  const end = await instance.call(name, args).catch((error: unknown) => error);
  expect(end).toBeInstanceOf(TrapError);
  return end as TrapError; // checked above
};

const linesOf = ({ frames }: TrapError): string[] => {
  const names = [...new Set(frames.map(({ instance }) => instance))].toReversed();
  return frames.map(({ component, instance, func }) => `${component} ${names.indexOf(instance)} ${func}`);
};

const budgets: readonly Budget[] = [
  {},
  { fuel: 1_000_000n },
  { fuel: 1_000_000n, maxMemoryBytes: 1 << 20, maxCallDepth: 50 },
];

test.each(budgets)("calls of one instance, with %p", async (budget) => {
  const instance = await (await start(0, budget)).instantiate();
  const trap = await trapOf(instance, "divide", [0]);
  expect(linesOf(trap)).toEqual(["provider 0 divide", "provider 0 outer"]);
  expect(trap.frames[0]?.instance).toMatch(/^instance-\d+$/);
});

test.each(budgets)("calls through a nested component and a link, without our adapters, with %p", async (budget) => {
  const linked = await (await start(0, budget)).instantiate();
  const instance = await (await start(1)).linkLocal("divide", linked).instantiate();
  expect(linesOf(await trapOf(instance, "run", [0]))).toEqual([
    "provider 1 divide",
    "provider 1 outer",
    "consumer/inner 0 through",
    "consumer 0 run",
  ]);
});

test.each(budgets)("functions without names: what they are exported as, or their index, with %p", async (budget) => {
  const instance = await (await start(2, budget)).instantiate();
  const label = `component-${components[2]?.hash.slice(0, 8)}`;
  expect(linesOf(await trapOf(instance, "divide", [0]))).toEqual([`${label} 0 function 0`, `${label} 0 shown`]);
});

test("what a host function throws, and what waited before it", async () => {
  const thrown = await (await start(0, {}, () => expect.unreachable("host"))).instantiate();
  expect(linesOf(await trapOf(thrown, "ask"))).toEqual(["provider 0 ask"]);
  const late = await (await start(0, {}, () => Promise.reject(new Error("late")))).instantiate();
  expect(linesOf(await trapOf(late, "ask"))).toEqual(["provider 0 ask"]);
});

test("an instance that a host function calls stands in front of the one that called it", async () => {
  const inner = await (await start(0)).instantiate();
  const outer = await (await start(0, {}, () => inner.func("divide")(0))).instantiate();
  const lines = ["provider 1 divide", "provider 1 outer", "provider 0 ask"];
  expect(linesOf(await trapOf(outer, "ask"))).toEqual(lines);
});

test("names of a guest move no cursor, and are no lines of their own", async () => {
  const trap = await trapOf(await (await start(3)).instantiate(), "f");
  expect(trap.frames.map(({ func }) => func)).toEqual(["a\u{fffd}[2J\u{fffd}    at other (x.js:1:1)"]);
});

test("a program's own way of making traces stays as it is", async () => {
  const before = Reflect.get(Error, "prepareStackTrace");
  const own = (): string => "mine";
  Error.prepareStackTrace = own;
  try {
    await trapOf(await (await start(3)).instantiate(), "f");
    expect(Reflect.get(Error, "prepareStackTrace")).toBe(own);
  } finally {
    Error.prepareStackTrace = before;
  }
});

test.each<Budget>([{}, { fuel: 1_000n }, { maxCallDepth: 50, maxMemoryBytes: 1 << 20 }])(
  "functions without a name in a module that names others, with %p",
  async (budget) => {
    const instance = await (await start(4, budget)).instantiate();
    const { frames } = await trapOf(instance, "a");
    expect(frames.map(({ func }) => func)).toEqual(["function 1", "function 2", "shown", "named", "a"]);
  },
);

/** Calls itself twenty times, then through the link: engines keep only the ten innermost frames. */
const deep = `(component $deep
  (import "divide" (func $divide (param "by" u32) (result u32)))
  (core func $divide (canon lower (func $divide)))
  (core module $m
    (import "" "divide" (func $divide (param i32) (result i32)))
    (func $down (param $left i32) (param $by i32) (result i32)
      (if (result i32) (local.get $left)
        (then (i32.add (i32.const 1) (call $down (i32.sub (local.get $left) (i32.const 1)) (local.get $by))))
        (else (i32.add (i32.const 1) (call $divide (local.get $by))))))
    (func (export "divide") (param $by i32) (result i32)
      (i32.add (i32.const 1) (call $down (i32.const 20) (local.get $by)))))
  (core instance $i (instantiate $m (with "" (instance (export "divide" (func $divide))))))
  (func (export "divide") (param "by" u32) (result u32) (canon lift (core func $i "divide"))))`;

test.each(budgets)("deep calls, whether the last one came into its instance or not, with %p", async (budget) => {
  const component = await runtime.load((await assemble([deep]))(deep));
  const linked = await (await start(0)).instantiate();
  const builder = runtime.instance(component).budget(budget).linkLocal("divide", linked);
  const [one, other] = [await builder.instantiate(), await builder.instantiate()];
  const outer = await (await start(1)).linkLocal("divide", one).instantiate();
  const second = await (await start(1)).linkLocal("divide", other).instantiate();
  const inside = new Set(linesOf(await trapOf(outer, "run", [0])));
  expect([...inside]).toEqual(["provider 1 divide", "provider 1 outer", "deep 0 down"]);
  // The trap has ended it.
  expect(linked.state).toBe("trapped");
  const outside = await trapOf(second, "run", [0]);
  expect([...new Set(linesOf(outside))]).toEqual(["deep 0 down"]);
  expect(outside.message).toContain("cannot enter component instance");
});
