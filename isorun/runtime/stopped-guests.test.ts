/** Who stops a call from within, where nobody's time is limited: how much the guest still runs, in instructions. */
import { beforeAll, beforeEach, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { TimeAccount } from "../call/time-account.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Its allocator does not come to an end, nor does it itself when it has poked its host twice. */
const text = `(component
  (import "ask" (func $ask (result (list string))))
  (import "poke" (func $poke))
  (core module $memory (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (loop (br 0)) (i32.const 0)))
  (core instance $memory (instantiate $memory))
  (core func $ask (canon lower (func $ask)
    (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (core func $poke (canon lower (func $poke)))
  (core module $m
    (import "" "ask" (func $ask (param i32))) (import "" "poke" (func $poke))
    (func (export "take") (param i32 i32))
    (func (export "ask") (call $ask (i32.const 16)))
    (func (export "poke") (call $poke))
    (func (export "spin") (call $poke) (call $poke) (loop (br 0))))
  (core instance $i (instantiate $m (with "" (instance (export "ask" (func $ask)) (export "poke" (func $poke))))))
  (func (export "take") (param "x" (list string)) (canon lift (core func $i "take")
    (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (func (export "ask") (canon lift (core func $i "ask")))
  (func (export "poke") (canon lift (core func $i "poke")))
  (func (export "spin") (canon lift (core func $i "spin"))))`;

const runtime = new Runtime();
let component: Component;

beforeAll(async () => {
  component = await runtime.load((await assemble([text]))(text), { budget: { fuel: 1n } });
}, 120_000);

beforeEach(() => {
  TimeAccount.isUsed = false;
});

interface Host {
  readonly ask?: () => unknown;
  readonly poke?: () => unknown;
}

/** Fuel is counted, and lasts. */
const instanceOf = ({ ask = () => [], poke = () => undefined }: Host): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .budget({ fuel: 10n ** 15n })
    .linkHost((linker) => linker.func("ask", ask).func("poke", poke))
    .instantiate();

/** More than what leads to the loop, and less than many rounds of it. */
const few = 100n;

const list = (act: () => void): Iterable<string> => ({
  *[Symbol.iterator]() {
    yield "text";
    act();
  },
});

const codeOf = (failure: unknown): unknown => (failure as { readonly code?: unknown }).code; // of any error of ours

test("an argument that stops its call keeps the allocator from running", async () => {
  const instance = await instanceOf({});
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = instance.call("take", [list(() => controller.abort())], { signal });
  expect(codeOf(await aborted.catch((error: unknown) => error))).toBe("cancelled");
  expect([instance.state, instance.usage().fuel]).toEqual(["ready", 0n]);
  expect(() => instance.func("take")(list(() => void instance.terminate("enough")))).toThrow("enough");
  expect([instance.state, instance.usage().fuel]).toEqual(["terminated", 0n]);
});

test("so does the answer of a host function", async () => {
  const controller = new AbortController();
  const instance = await instanceOf({ ask: () => list(() => controller.abort()) });
  const failure = await instance.call("ask", [], { signal: controller.signal }).catch((error: unknown) => error);
  expect([codeOf(failure), instance.state]).toEqual(["cancelled", "trapped"]);
  expect(instance.usage().fuel).toBeLessThan(few);
  const other = await instanceOf({ ask: () => list(() => void other.terminate("enough")) });
  expect(() => other.func("ask")()).toThrow("enough");
  expect(other.state).toBe("terminated");
  expect(other.usage().fuel).toBeLessThan(few);
});

test("a list that stops its call is read no further, though it does not end", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let read = 0;
  const endless = (act: () => void): Iterable<string> => ({
    *[Symbol.iterator]() {
      for (read = 1; ; read += 1) {
        if (read === 3) act();
        // Of a list without a limit there would be millions.
        if (read > 1000) throw new Error("it is read on");
        yield "text";
      }
    },
  });
  const instance = await instanceOf({});
  const aborted = instance.call("take", [endless(() => controller.abort())], { signal });
  expect(codeOf(await aborted.catch((error: unknown) => error))).toBe("cancelled");
  expect([instance.state, read]).toEqual(["ready", 3]);
  const asked = await instanceOf({ ask: () => endless(() => void asked.terminate("enough")) });
  expect(() => asked.func("ask")()).toThrow("enough");
  expect(read).toBe(3);
});

test.each(["func", "call"] as const)(
  "a call that was made for the one that is stopped ends with it (%s)",
  async (how) => {
    const controller = new AbortController();
    let pokes = 0;
    // The first time clocks are looked at, and found to be of no interest.
    const poke = (): void => {
      pokes += 1;
      if (pokes === 2) controller.abort();
    };
    const inner = await instanceOf({ poke });
    const outer = await instanceOf({ poke: () => (how === "func" ? inner.func("spin")() : inner.call("spin")) });
    const failure = await outer.call("poke", [], { signal: controller.signal }).catch((error: unknown) => error);
    expect(codeOf(failure)).toBe("cancelled");
    expect([outer.state, inner.state]).toEqual(["trapped", "trapped"]);
    expect(inner.usage().fuel).toBeLessThan(few);
    expect(outer.usage().fuel).toBeLessThan(few);
  },
);
