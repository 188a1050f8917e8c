/** Short functions pay and are not asked. What calls many of them is, and so is what is called behind a result. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const calls = 2000;
/** Forty instructions each, with the call. */
const short = `(func $short ${"(nop)".repeat(39)})`;
const row = "(call $short)".repeat(calls);
const rowCost = 40 * calls;

const provider = `(component
  (core module $m ${short}
    (func (export "answer") (result i32) (i32.const 7))
    (func (export "post") (param i32) ${row})
    (func (export "row") ${row})
    (func (export "spin") (loop ${row} (br 0))))
  (core instance $i (instantiate $m))
  (func $answer (result u32) (canon lift (core func $i "answer") (post-return (core func $i "post"))))
  (func $row (canon lift (core func $i "row")))
  (func $spin (canon lift (core func $i "spin")))
  (instance (export "test:app/work") (export "answer" (func $answer)) (export "row" (func $row)))
  (export "answer" (func $answer)) (export "row" (func $row)) (export "spin" (func $spin)))`;

const consumer = `(component
  (import "test:app/work" (instance $p (export "answer" (func (result u32))) (export "row" (func))))
  (core func $answer (canon lower (func $p "answer")))
  (core func $row (canon lower (func $p "row")))
  (core module $m
    (import "" "answer" (func $answer (result i32))) (import "" "row" (func $row))
    (func (export "answer") (result i32) (call $answer)) (func (export "row") (call $row)))
  (core instance $i (instantiate $m (with "" (instance (export "answer" (func $answer)) (export "row" (func $row))))))
  (func (export "answer") (result u32) (canon lift (core func $i "answer")))
  (func (export "row") (canon lift (core func $i "row"))))`;

let components: { readonly provider: Component; readonly consumer: Component };
const runtime = new Runtime();

beforeAll(async () => {
  const bytesOf = await assemble([provider, consumer]);
  components = {
    provider: await runtime.load(bytesOf(provider)),
    consumer: await runtime.load(bytesOf(consumer)),
  };
}, 120_000);

const usedBy = async (name: string): Promise<bigint> => {
  const handle = await runtime.instance(components.provider).budget({ fuel: 10_000_000n }).instantiate();
  await handle.call(name);
  return handle.usage().fuel;
};

/** Called by the host, or by an instance that is linked. */
const entries: Readonly<Record<string, (callee: InstanceHandle) => Promise<InstanceHandle>>> = {
  "the host": (callee) => Promise.resolve(callee),
  "another instance": (callee) =>
    runtime.instance(components.consumer).linkLocal("test:app/work", callee).instantiate(),
};

for (const [caller, entry] of Object.entries(entries)) {
  test.each(["answer", "row"])(
    `%s, called by ${caller}, runs with exactly what it needs, and not with less`,
    async (name) => {
      const needed = await usedBy(name);
      expect(needed).toBeGreaterThanOrEqual(BigInt(rowCost));
      const enough = await runtime.instance(components.provider).budget({ fuel: needed }).instantiate();
      expect(await (await entry(enough)).call(name)).toEqual(name === "answer" ? 7 : undefined);
      expect(enough.usage().fuel).toBe(needed);
      const handle = await runtime
        .instance(components.provider)
        .budget({ fuel: needed - 1n })
        .instantiate();
      const failure = await failureOf((await entry(handle)).call(name));
      expect(failure).toBeInstanceOf(BudgetExhausted);
      expect(failure).toMatchObject({ field: "fuel", limit: needed - 1n });
      expect(handle.state).toBe("exhausted");
    },
  );
}

test.each(["answer", "row"])("%s is ended soon, not at its end", async (name) => {
  const handle = await runtime.instance(components.provider).budget({ fuel: 10_000n }).instantiate();
  const failure = await failureOf(handle.call(name));
  expect(failure).toMatchObject({ field: "fuel", limit: 10_000n });
  // A row of 64 calls.
  expect(handle.usage().fuel).toBeLessThan(10_000n + 64n * 40n + 1n);
});

test("a call's own limit holds for what is called behind its result", async () => {
  const handle = await runtime.instance(components.provider).budget({ fuel: 10_000_000n }).instantiate();
  const needed = await usedBy("answer");
  expect(await handle.call("answer", [], { fuel: needed })).toBe(7);
  expect(await failureOf(handle.call("answer", [], { fuel: needed - 1n }))).toMatchObject({
    field: "fuel",
    limit: needed - 1n,
  });
});

test("whoever is asked may give more, and the guest goes on", async () => {
  const builder = runtime.instance(components.provider).budget({ fuel: 3_000_000n });
  let given = 0;
  let handle: InstanceHandle | undefined;
  builder.interruptBy(() => {
    if (handle === undefined || given === 20) return undefined;
    given += 1;
    handle.refill({ fuel: 100_000n });
    return undefined;
  });
  handle = await builder.instantiate();
  const failure = await failureOf(handle.call("spin"));
  expect(failure).toMatchObject({ field: "fuel", limit: 5_000_000n });
  expect(given).toBe(20);
  expect(handle.usage().fuel).toBeGreaterThan(5_000_000n - 2n * BigInt(rowCost));
});
