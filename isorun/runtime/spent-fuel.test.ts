/** Fuel where code does not ask for it by itself: short functions only pay, and calls of them are looked at from outside. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted, UnsupportedError } from "../errors/errors.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const nops = (count: number): string => "(nop)".repeat(count);

const short = `(component
  (import "note" (func $note))
  (core func $note' (canon lower (func $note)))
  (core module $m
    (import "" "note" (func $note))
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
    (func (export "step") (param i32) (result i32) ${nops(20)} (local.get 0))
    (func (export "twice") (param i32) (result i32) (call $step (local.get 0)))
    (func $step (param i32) (result i32) (local.get 0))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16))
    (func (export "noting")
      (block (br_if 0 (i32.const 0)))
      ${nops(100)}
      (call $note))
    (func (export "note-twice") (call $note) (call $note)))
  (core instance $i (instantiate $m (with "" (instance (export "note" (func $note'))))))
  (func (export "step") (param "x" u32) (result u32) (canon lift (core func $i "step")))
  (func (export "twice") (param "x" u32) (result u32) (canon lift (core func $i "twice")))
  (func (export "noting") (canon lift (core func $i "noting")))
  (func (export "note-twice") (canon lift (core func $i "note-twice")))
  (func (export "echo") (param "text" string) (result string)
    (canon lift (core func $i "echo") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))`;

/** Calls until it is stopped, and catches whatever it can. */
const stubborn = `(component
  (import "step" (func $step (param "x" u32) (result u32)))
  (core func $step' (canon lower (func $step)))
  (core module $m
    (import "" "step" (func $step (param i32) (result i32)))
    (func (export "run")
      (loop $again
        (block (try_table (catch_all 0) (drop (call $step (i32.const 1)))))
        (br $again))))
  (core instance $i (instantiate $m (with "" (instance (export "step" (func $step'))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

const starting = `(component
  (core module $m (func $start ${nops(10)}) (start $start))
  (core instance (instantiate $m))
  (core instance (instantiate $m)))`;

const runtime = new Runtime();
let component: Component;
let caller: Component;
let started: Component;

beforeAll(async () => {
  const read = await assemble([short, stubborn, starting]);
  component = await runtime.load(read(short));
  caller = await runtime.load(read(stubborn));
  started = await runtime.load(read(starting));
}, 120_000);

const withFuel = (fuel: bigint, note: () => unknown = () => undefined): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .budget({ fuel })
    .linkHost((linker) => linker.func("note", note))
    .instantiate();

const stepCost = 21n;

test("a call that costs more than there is left ends the instance when it has paid", async () => {
  for (const ways of ["func", "call"] as const) {
    const instance = await withFuel(10n);
    const end =
      ways === "func" ? thrownBy(() => instance.func("step")(1)) : await failureOf(instance.call("step", [1]));
    expect(end).toBeInstanceOf(BudgetExhausted);
    expect(end).toMatchObject({ field: "fuel", limit: 10n, used: stepCost });
    expect((end as BudgetExhausted).message).toBe("the budget's 'fuel' is exhausted: 21 of 10");
    expect(instance.state).toBe("exhausted");
  }
});

test("what is just enough is enough, and the next call is refused", async () => {
  const instance = await withFuel(3n * stepCost);
  const step = instance.func("step");
  expect([step(1), step(2), await instance.call("step", [3])]).toEqual([1, 2, 3]);
  expect(instance.state).toBe("ready");
  expect(thrownBy(() => step(4))).toMatchObject({ field: "fuel", limit: 63n, used: 63n });
  expect(instance.state).toBe("exhausted");
  expect(instance.usage().fuel).toBe(63n);
});

test("strings pass by the same rules", async () => {
  const first = await withFuel(1n << 40n);
  expect(first.func("echo")("abc")).toBe("abc");
  const { fuel } = first.usage();
  const instance = await withFuel(2n * fuel);
  expect([instance.func("echo")("abc"), await instance.call("echo", ["xyz"])]).toEqual(["abc", "xyz"]);
  expect(await failureOf(instance.call("echo", ["abc"]))).toMatchObject({ field: "fuel", limit: 2n * fuel });
  expect(instance.state).toBe("exhausted");
});

test("0 is a limit of nothing", async () => {
  for (const name of ["step", "twice"]) {
    const instance = await withFuel(0n);
    expect(instance.state).toBe("ready");
    expect(thrownBy(() => instance.func(name)(1))).toMatchObject({ field: "fuel", limit: 0n, used: 0n });
    expect(instance.state).toBe("exhausted");
  }
});

test("start functions pay as well", async () => {
  const withLimit = (fuel: bigint): Promise<InstanceHandle> => runtime.instance(started).budget({ fuel }).instantiate();
  const { state, usage } = await withLimit(1000n).then((made) => ({ state: made.state, usage: made.usage() }));
  expect([state, usage.fuel]).toEqual(["ready", 20n]);
  expect((await withLimit(20n)).state).toBe("ready");
  // The second one is not begun when the first has not been paid for.
  expect(await failureOf(withLimit(0n))).toMatchObject({ field: "fuel", limit: 0n, used: 10n });
  expect(await failureOf(withLimit(15n))).toMatchObject({ field: "fuel", limit: 15n, used: 20n });
});

test("a provider without fuel ends, whatever its caller catches", async () => {
  const provider = await withFuel(100n);
  const consumer = await runtime.instance(caller).linkLocal("step", provider).instantiate();
  expect(thrownBy(() => consumer.func("run")())).toMatchObject({ field: "fuel", limit: 100n, used: 105n });
  expect([consumer.state, provider.state]).toEqual(["trapped", "exhausted"]);
});

test("who has not paid calls no function of the host, and none goes on", async () => {
  let notes = 0;
  const instance = await withFuel(50n, () => void (notes += 1));
  expect(thrownBy(() => instance.func("noting")())).toMatchObject({ field: "fuel", limit: 50n });
  expect(notes).toBe(0);
  const whole = await withFuel(1000n, () => void (notes += 1));
  whole.func("noting")();
  expect(notes).toBe(1);
});

test("a call that is given no fuel is refused, and nothing else ends", async () => {
  const instance = await withFuel(100n);
  expect(await failureOf(instance.call("step", [1], { fuel: 0n }))).toMatchObject({
    code: "budget-exhausted",
    field: "fuel",
    limit: 0n,
    used: 0n,
  });
  expect([instance.state, instance.usage().fuel]).toEqual(["ready", 0n]);
  expect(await instance.call("step", [1], { fuel: stepCost })).toBe(1);
  // Told of the call, not of the instance's life.
  expect(await failureOf(instance.call("step", [1], { fuel: 5n }))).toMatchObject({ limit: 5n, used: stepCost });
  expect(instance.state).toBe("exhausted");
});

test("an end that was not reached to the last says so", async () => {
  const instance = await withFuel(1000n);
  const consumer = await runtime.instance(caller).budget({ fuel: 20n }).linkLocal("step", instance).instantiate();
  const { limit, used, message } = thrownBy(() => consumer.func("run")()) as BudgetExhausted;
  expect(used).toBeLessThan(Number(limit));
  expect(message).toBe(`the budget's 'fuel' is exhausted: ${used} of 20 used, and the next step does not fit`);
});

test("a refill adds to what an instance may use", async () => {
  const instance = await withFuel(stepCost);
  const step = instance.func("step");
  step(1);
  instance.refill({ fuel: 2n * stepCost });
  step(2);
  expect(step(3)).toBe(3);
  expect(instance.usage().fuel).toBe(3n * stepCost);
  expect(thrownBy(() => step(4))).toMatchObject({ field: "fuel", limit: 63n, used: 63n });
  // What has ended stays so.
  expect(thrownBy(() => instance.refill({ fuel: 1000n }))).toMatchObject({ code: "cannot-enter" });
  expect(instance.state).toBe("exhausted");
});

test("a host function refills whoever calls it", async () => {
  const own: { handle?: InstanceHandle } = {};
  own.handle = await withFuel(1000n, () => own.handle?.refill({ fuel: 1000n }));
  own.handle.func("note-twice")();
  const { fuel } = own.handle.usage();
  const step = own.handle.func("step");
  const calls = Number((3000n - fuel) / stepCost);
  for (let index = 0; index < calls; index += 1) step(index);
  expect(own.handle.state).toBe("ready");
  expect(thrownBy(() => [step(1), step(2)])).toMatchObject({ field: "fuel", limit: 3000n });
});

test("a refill while a call is narrowed is the instance's", async () => {
  const own: { handle?: InstanceHandle } = {};
  own.handle = await withFuel(200n, () => own.handle?.refill({ fuel: 1000n }));
  await own.handle.call("note-twice", [], { fuel: 100n });
  const before = own.handle.usage().fuel;
  for (let index = 0; index < 20; index += 1) own.handle.func("step")(index);
  expect(own.handle.usage().fuel).toBe(before + 20n * stepCost);
});

test("a refill is fuel, for who counts it", async () => {
  const instance = await withFuel(1n);
  for (const wrong of [undefined, { fuel: 1 }, { fuel: -1n }, { fuel: 1n, wallMs: 5 }, {}]) {
    expect(() => instance.refill(wrong as never)).toThrow(TypeError);
  }
  const free = await runtime
    .instance(component)
    .budget({ wallMs: 60_000 })
    .linkHost((linker) => linker.func("note", () => undefined))
    .instantiate();
  expect(() => free.refill({ fuel: 1n })).toThrow(UnsupportedError);
});
