/** What callees are paid for while a caller passes them values, and who is asked meanwhile. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "../runtime/component.ts";
import { Runtime } from "../runtime/runtime.ts";

/** Nothing in its allocator asks for fuel. */
const callee = `(component
  (core module $m
    (memory (export "m") 800)
    (global $g (mut i32) (i32.const 0))
    (func (export "r") (param i32 i32 i32 i32) (result i32)
      ${"(global.set $g (i32.add (global.get $g) (i32.const 1)))".repeat(3)}
      (i32.const 16))
    (func (export "f") (param i32 i32) (result i32) (local.get 1)))
  (core instance $m (instantiate $m))
  (func (export "take") (param "x" (list (list u8))) (result u32)
    (canon lift (core func $m "f") (memory (core memory $m "m")) (realloc (core func $m "r")))))`;

const caller = `(component
  (import "take" (func $take (param "x" (list (list u8))) (result u32)))
  (core module $l (memory (export "m") 800))
  (core instance $l (instantiate $l))
  (core func $take (canon lower (func $take) (memory (core memory $l "m"))))
  (core module $m
    (import "" "take" (func $take (param i32 i32) (result i32)))
    (func (export "take") (param i32) (result i32) (call $take (i32.const 0) (local.get 0))))
  (core instance $m (instantiate $m (with "" (instance (export "take" (func $take))))))
  (func (export "take") (param "n" u32) (result u32) (canon lift (core func $m "take"))))`;

const runtime = new Runtime();
let components: readonly [callee: Component, caller: Component];

beforeAll(async () => {
  const read = await assemble([callee, caller]);
  components = [await runtime.load(read(callee)), await runtime.load(read(caller))];
}, 120_000);

/** Of each item. */
const allocationCost = 13;

test.each([{}, { fuel: 1n << 40n }])("the callee's fuel ends while items are allocated (%p)", async (ofCaller) => {
  const fuel = 1_000_000n;
  const provider = await runtime.instance(components[0]).budget({ fuel }).instantiate();
  const linked = runtime.instance(components[1]).budget(ofCaller).linkLocal("take", provider);
  const consumer = await linked.instantiate();
  expect(await consumer.call("take", [1000])).toBe(1000);
  const end = await consumer.call("take", [6_000_000]).catch((error: unknown) => error);
  expect(end).toMatchObject({ code: "budget-exhausted", field: "fuel", limit: fuel });
  expect([provider.state, consumer.state]).toEqual(["exhausted", "trapped"]);
  const { used } = end as { used: bigint };
  expect(Number(used - fuel)).toBeLessThan(allocationCost * 1024);
});
