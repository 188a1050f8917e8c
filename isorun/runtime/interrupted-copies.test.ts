/** What ends a long copy between instances, and which of them end with it. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "./component.ts";
import { Runtime } from "./runtime.ts";

const memory = `(memory (export "m") 800) (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 16))`;

/** Its lists are as long as it is told, of lists that are empty. */
const callee = `(component (component $inner
  (core module $m ${memory}
    (func (export "f") (param i32 i32) (result i32) (local.get 1))
    (func (export "g") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 0x10000)) (i32.store (i32.const 4) (local.get 0)) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "take") (param "x" (list (list u8))) (result u32)
    (canon lift (core func $m "f") (memory (core memory $m "m")) (realloc (core func $m "r"))))
  (func (export "give") (param "n" u32) (result (list (list u8)))
    (canon lift (core func $m "g") (memory (core memory $m "m")))))
  (instance $i (instantiate $inner)) (export "test:app/lists" (instance $i)))`;

const caller = `(component
  (import "test:app/lists" (instance $t
    (export "take" (func (param "x" (list (list u8))) (result u32)))
    (export "give" (func (param "n" u32) (result (list (list u8)))))))
  (core module $l ${memory})
  (core instance $l (instantiate $l))
  (core func $take (canon lower (func $t "take") (memory (core memory $l "m"))))
  (core func $give (canon lower (func $t "give") (memory (core memory $l "m")) (realloc (core func $l "r"))))
  (core module $m
    (import "" "take" (func $take (param i32 i32) (result i32)))
    (import "" "give" (func $give (param i32 i32)))
    (func (export "take") (param i32) (drop (call $take (i32.const 0x10000) (local.get 0))))
    (func (export "give") (param i32) (call $give (local.get 0) (i32.const 0))))
  (core instance $m (instantiate $m (with "" (instance (export "take" (func $take)) (export "give" (func $give))))))
  (func (export "take") (param "n" u32) (canon lift (core func $m "take")))
  (func (export "give") (param "n" u32) (canon lift (core func $m "give"))))`;

const runtime = new Runtime();
let lists: Component;
let using: Component;

beforeAll(async () => {
  const read = await assemble([callee, caller]);
  lists = await runtime.load(read(callee));
  using = await runtime.load(read(caller));
}, 120_000);

const [counted, free]: readonly Budget[] = [{ fuel: 1n << 50n }, {}];

for (const kind of ["take", "give"] as const) {
  for (const [payer, budget] of [
    ["the caller pays", counted],
    ["the callee pays", free],
  ] as const) {
    test(`'${kind}', where ${payer}: who guards the callee ends both`, async () => {
      let asked = 0;
      const guarded = runtime.instance(lists).interruptBy(() => {
        asked += 1;
        return asked === 2 ? new Error("enough") : undefined;
      });
      const provider = await guarded.instantiate();
      const builder = runtime.instance(using).linkLocal("test:app/lists", provider);
      const consumer = await builder.budget(budget ?? {}).instantiate();
      const end = await consumer.call(kind, [5_000_000]).catch((error: unknown) => error);
      expect(end).toMatchObject({ code: "cancelled", cause: { message: "enough" } });
      expect([consumer.state, provider.state, asked]).toEqual(["trapped", "trapped", 2]);
    }, 30_000);
  }
}

test("where the callee pays the deadline is kept, though each item enters it, and who guards it is asked", async () => {
  let asked = 0;
  const guarded = runtime.instance(lists).interruptBy(() => {
    asked += 1;
    return undefined;
  });
  const provider = await guarded.instantiate();
  const consumer = await runtime.instance(using).linkLocal("test:app/lists", provider).instantiate();
  const end = await consumer.call("take", [6_000_000], { timeoutMs: 150 }).catch((error: unknown) => error);
  expect(end).toMatchObject({ code: "deadline" });
  expect(asked).toBeGreaterThan(0);
}, 30_000);
