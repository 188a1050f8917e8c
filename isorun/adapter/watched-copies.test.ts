/** How often clocks are looked at, and who interrupts is asked, while many short texts are written in another encoding. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "../runtime/component.ts";
import type { InstanceHandle } from "../runtime/instance-handle.ts";
import { Runtime } from "../runtime/runtime.ts";

const [count, lists] = [400_000, 0x1_0000];

/** A list of one text of 128 bytes, again and again: as much as is copied for nothing. */
const memory = `(memory (export "m") 64)
  (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func $fill (local $i i32)
    (loop $next
      (i32.store offset=${lists} (i32.shl (local.get $i) (i32.const 3)) (i32.const 128))
      (i32.store offset=${lists + 4} (i32.shl (local.get $i) (i32.const 3)) (i32.const 64))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${count})))))
  (start $fill)`;

const callee = `(component
  (core module $m ${memory}
    (func (export "take") (param i32 i32))
    (func (export "give") (result i32)
      (i32.store (i32.const 0) (i32.const ${lists})) (i32.store (i32.const 4) (i32.const ${count})) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func $take (param "x" (list string))
    (canon lift (core func $m "take") (memory (core memory $m "m")) (realloc (core func $m "r"))))
  (func $give (result (list string))
    (canon lift (core func $m "give") string-encoding=utf16 (memory (core memory $m "m"))))
  (instance (export "test:app/texts") (export "take" (func $take)) (export "give" (func $give))))`;

const caller = `(component
  (import "test:app/texts" (instance $t
    (export "take" (func (param "x" (list string)))) (export "give" (func (result (list string))))))
  (core module $l ${memory})
  (core instance $l (instantiate $l))
  (core func $take (canon lower (func $t "take") string-encoding=utf16 (memory (core memory $l "m"))))
  (core func $give (canon lower (func $t "give") (memory (core memory $l "m")) (realloc (core func $l "r"))))
  (core module $m
    (import "" "take" (func $take (param i32 i32)))
    (import "" "give" (func $give (param i32)))
    (func (export "take") (call $take (i32.const ${lists}) (i32.const ${count})))
    (func (export "give") (call $give (i32.const 0))))
  (core instance $m (instantiate $m (with "" (instance (export "take" (func $take)) (export "give" (func $give))))))
  (func (export "take") (canon lift (core func $m "take")))
  (func (export "give") (canon lift (core func $m "give"))))`;

const runtime = new Runtime();
let components: readonly [callee: Component, caller: Component];

beforeAll(async () => {
  const read = await assemble([callee, caller]);
  components = [await runtime.load(read(callee)), await runtime.load(read(caller))];
}, 120_000);

interface Pair {
  readonly provider: InstanceHandle;
  readonly consumer: InstanceHandle;
}

/** The one that counts is interrupted by `ask`. */
async function pairWhere(payer: "caller" | "callee", ask: () => Error | undefined): Promise<Pair> {
  const budget: Budget = { fuel: 1n << 50n };
  const provides = runtime.instance(components[0]);
  const provider = await (payer === "callee" ? provides.budget(budget).interruptBy(ask) : provides).instantiate();
  const consumes = runtime.instance(components[1]).linkLocal("test:app/texts", provider);
  const consumer = await (payer === "caller" ? consumes.budget(budget).interruptBy(ask) : consumes).instantiate();
  return { provider, consumer };
}

const ways = (["take", "give"] as const).flatMap((name) =>
  (["caller", "callee"] as const).map((payer) => [name, payer] as const),
);

test.each(ways)("'%s', where the %s pays, asks more often than every hundred thousand", async (name, payer) => {
  let asked = 0;
  const { consumer } = await pairWhere(payer, () => void (asked += 1));
  asked = 0;
  await consumer.call(name);
  // Each after at most a million instructions.
  expect(asked).toBeGreaterThanOrEqual(6);
});

test.each(ways)("'%s', where the %s pays, ends by who is asked", async (name, payer) => {
  let asked = Infinity;
  const { provider, consumer } = await pairWhere(payer, () => {
    asked += 1;
    return asked === 3 ? new Error("enough") : undefined;
  });
  asked = 0;
  expect(await failureOf(consumer.call(name))).toMatchObject({ code: "cancelled", cause: { message: "enough" } });
  expect([consumer.state, provider.state]).toEqual(["trapped", payer === "caller" ? "ready" : "trapped"]);
});
