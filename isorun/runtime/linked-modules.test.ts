/** Core modules that come through links: whoever makes instances of them pays for these, by its own budget. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Gives its core module as it is, and within a component that has it from the scope around it. */
const giver = `(component
  (core module $m
    (memory (export "mem") 1)
    (func (export "run") (param i32) (result i32) (local $n i32)
      (loop $next
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $n) (local.get 0))))
      (local.get $n))
    (func (export "grow") (result i32) (memory.grow (i32.const 10))))
  (component $c
    (alias outer 1 $m (core module $m))
    (core instance $i (instantiate $m))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run")))
    (func (export "grow") (result s32) (canon lift (core func $i "grow"))))
  (instance $x (export "m" (core module $m)) (export "c" (component $c)))
  (export "x" (instance $x)))`;

const ofModule = `(component
  (import "x" (instance $x (export "m"
    (core module (export "run" (func (param i32) (result i32))) (export "grow" (func (result i32)))))))
  (alias export $x "m" (core module $m))
  (core instance $i (instantiate $m))
  (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run")))
  (func (export "grow") (result s32) (canon lift (core func $i "grow"))))`;

const ofComponent = `(component
  (import "x" (instance $x (export "c" (component
    (export "run" (func (param "n" u32) (result u32))) (export "grow" (func (result s32)))))))
  (alias export $x "c" (component $c))
  (instance $i (instantiate $c))
  (export "run" (func $i "run")) (export "grow" (func $i "grow")))`;

const receivers = { "a module": ofModule, "a module that a component has": ofComponent } as const;
const names = ["a module", "a module that a component has"] as const;

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([giver, ...Object.values(receivers)]);
});

interface Pair {
  readonly gives: InstanceHandle;
  readonly receives: InstanceHandle;
}

async function pairWith(name: keyof typeof receivers, given: Budget, received: Budget): Promise<Pair> {
  const runtime = new Runtime();
  const gives = await runtime
    .instance(await runtime.load(bytesOf(giver)))
    .budget(given)
    .instantiate();
  const builder = runtime.instance(await runtime.load(bytesOf(receivers[name]))).budget(received);
  return { gives, receives: await builder.linkLocal("x", gives).instantiate() };
}

test.each(names)("the fuel of %s is its receiver's", async (name) => {
  const { gives, receives } = await pairWith(name, {}, { fuel: 1000n });
  expect(() => receives.func("run")(5_000_000)).toThrow(BudgetExhausted);
  expect([gives.state, receives.state]).toEqual(["ready", "exhausted"]);
});

test.each(names)("the memory of %s is its receiver's", async (name) => {
  const { gives, receives } = await pairWith(name, {}, { maxMemoryBytes: 65_536 });
  expect(receives.usage().memoryBytes).toBe(65_536);
  expect(() => receives.func("grow")()).toThrow(BudgetExhausted);
  expect([gives.state, receives.state]).toEqual(["ready", "exhausted"]);
});

test.each(names)("the budget of whoever gives %s is its own", async (name) => {
  const { gives, receives } = await pairWith(name, { fuel: 1000n, maxMemoryBytes: 65_536 }, {});
  expect(receives.func("run")(5_000)).toBe(5_000);
  expect(receives.func("grow")()).toBe(1);
  expect([gives.state, receives.state]).toEqual(["ready", "ready"]);
  expect(gives.usage()).toMatchObject({ fuel: 0n, memoryBytes: 0 });
  await gives.terminate();
  expect(receives.func("run")(5_000)).toBe(5_000);
});

test.each(names)("two budgets count one program alike, whoever gives it: %s", async (name) => {
  const { gives, receives } = await pairWith(name, { fuel: 1_000_000n }, { fuel: 2_000_000n });
  receives.func("run")(1_000);
  expect(gives.usage().fuel).toBe(0n);
  expect(receives.usage().fuel).toBeGreaterThan(5_000n);
});
