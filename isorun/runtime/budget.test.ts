/** Budgets: what is spent ends the instance, with the field, and a neighbour goes on. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { grantNothing } from "../../core/policy/policy.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const greedy = `(component
  (import "beat" (func $beat))
  (core func $beat' (canon lower (func $beat)))
  (core module $m
    (import "" "beat" (func $beat))
    (memory 1)
    (table 1 funcref)
    (func (export "answer") (result i32) (i32.const 42))
    (func (export "spin") (loop (br 0)))
    (func (export "catch") (loop $again (block (try_table (catch_all 0) (loop (br 0)))) (br $again)))
    (func (export "beats") (loop $again (block (try_table (catch_all 0) (call $beat))) (br $again)))
    (func $deep (export "recurse") (param i32) (result i32)
      (i32.add (call $deep (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "swell") (loop (drop (memory.grow (i32.const 16))) (br 0)))
    (func (export "extend") (loop (drop (table.grow (ref.null func) (i32.const 1000))) (br 0))))
  (core instance $i (instantiate $m (with "" (instance (export "beat" (func $beat'))))))
  (func (export "answer") (result u32) (canon lift (core func $i "answer")))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "catch") (canon lift (core func $i "catch")))
  (func (export "beats") (canon lift (core func $i "beats")))
  (func (export "recurse") (param "n" u32) (result u32) (canon lift (core func $i "recurse")))
  (func (export "grow") (param "pages" u32) (result s32) (canon lift (core func $i "grow")))
  (func (export "swell") (canon lift (core func $i "swell")))
  (func (export "extend") (canon lift (core func $i "extend"))))`;

const runtime = new Runtime();
let component: Component;

beforeAll(async () => {
  component = await runtime.load((await assemble([greedy]))(greedy));
}, 120_000);

const instanceWith = (budget: Budget): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .budget(budget)
    .linkHost((linker) => linker.func("beat", () => undefined))
    .instantiate();

/** Calls a function that does not end by itself. @returns what it was ended with; a neighbour has answered since */
async function endOf(budget: Budget, name: string, ...args: number[]): Promise<BudgetExhausted> {
  const [instance, neighbour] = [await instanceWith(budget), await instanceWith(budget)];
  let end: unknown;
  try {
    instance.func(name)(...args);
  } catch (error) {
    end = error;
  }
  expect(end).toBeInstanceOf(BudgetExhausted);
  expect(instance.state).toBe("exhausted");
  expect(() => instance.func("answer")()).toThrow("cannot enter component instance");
  expect(neighbour.func("answer")()).toBe(42);
  expect(neighbour.state).toBe("ready");
  return end as BudgetExhausted; // checked above
}

test.each(["spin", "catch", "beats"])("test_budget_execution_limit: %s", async (name) => {
  const end = await endOf({ fuel: 1_000_000n }, name);
  expect(end).toMatchObject({ field: "fuel", limit: 1_000_000n });
  // What the next region would have cost did not fit any more.
  expect(end.used).toBeGreaterThan(999_900n);
});

test("test_budget_memory_limit", async () => {
  const limit = 8 << 20;
  const end = await endOf({ maxMemoryBytes: limit }, "swell");
  // One page at first, sixteen more each time: the eighth growth would be the first over the limit.
  expect(end).toMatchObject({ field: "maxMemoryBytes", limit, used: (1 + 8 * 16) * 65_536 });
});

test("memory that the instance begins with counts", async () => {
  const refusal = await instanceWith({ maxMemoryBytes: 65_535 }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(BudgetExhausted);
  expect(refusal).toMatchObject({ field: "maxMemoryBytes", limit: 65_535, used: 65_536 });
});

test("growth within the budget is growth as ever, and usage tells of it", async () => {
  const instance = await instanceWith({ maxMemoryBytes: 8 << 20, fuel: 10_000n });
  expect(instance.func("grow")(3)).toBe(1);
  expect(instance.func("grow")(0)).toBe(4);
  const { memoryBytes, fuel } = instance.usage();
  expect(memoryBytes).toBe(4 * 65_536);
  expect(fuel).toBeGreaterThan(0n);
  expect(fuel).toBeLessThan(1_000n);
});

test("tables", async () => {
  const end = await endOf({ maxTableElements: 2500 }, "extend");
  expect(end).toMatchObject({ field: "maxTableElements", limit: 2500, used: 3001 });
});

test("calls in calls, counted and by the engine's own stack", async () => {
  expect(await endOf({ maxCallDepth: 100 }, "recurse", 0)).toMatchObject({ field: "maxCallDepth", limit: 100 });
  expect(await endOf({}, "recurse", 0)).toMatchObject({ field: "maxCallDepth", limit: Infinity });
});

test("the budget of a policy narrows that of the builder", async () => {
  const policy = { ...grantNothing("linux"), budget: { fuel: 1000n, maxCallDepth: 9 } };
  const builder = runtime.instance(component).linkHost((linker) => linker.func("beat", () => undefined));
  const instance = await builder
    .budget({ fuel: 1n << 40n, maxCallDepth: 5 })
    .policy(policy)
    .instantiate();
  expect(() => instance.func("recurse")(0)).toThrow("'maxCallDepth' is exhausted: 6 of 5");
  const other = await builder.instantiate();
  expect(() => other.func("spin")()).toThrow("of 1000");
});

test("a later budget replaces the limits that it names, and no others", async () => {
  const builder = runtime.instance(component).linkHost((linker) => linker.func("beat", () => undefined));
  const later: object = { maxMemoryBytes: 1 << 20, maxCallDepth: 9, fuel: undefined };
  builder.budget({ fuel: 1000n, maxCallDepth: 5 }).budget(later);
  const deep = await builder.instantiate();
  expect(() => deep.func("recurse")(0)).toThrow("'maxCallDepth' is exhausted: 10 of 9");
  const spinning = await builder.instantiate();
  expect(() => spinning.func("spin")()).toThrow("'fuel' is exhausted: 1000 of 1000");
  const refilled = await builder.budget({ fuel: 2000n }).instantiate();
  expect(() => refilled.func("spin")()).toThrow("of 2000");
});

test("what is no limit is refused", () => {
  const builder = runtime.instance(component);
  expect(() => builder.budget({ fuel: -1n })).toThrow(TypeError);
  expect(() => builder.budget({ maxMemoryBytes: Number.NaN })).toThrow(TypeError);
});
