/** What a host function was lent is nothing to it any more when its call is over, however that ended. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";
import { owner } from "./testing/owner-text.ts";

/** Lends what it has of `b` to the host's `see`. */
const lender = `(component
  (import "b" (instance $b (export "r" (type $r (sub resource))) (export "make" (func (result (own $r))))))
  (alias export $b "r" (type $r))
  (import "see" (func $see (param "r" (borrow $r)) (result char)))
  (core func $make (canon lower (func $b "make")))
  (core func $see (canon lower (func $see)))
  (core module $m (import "" "make" (func $make (result i32))) (import "" "see" (func $see (param i32) (result i32)))
    (func (export "lend") (drop (call $see (call $make)))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "see" (func $see))))))
  (func (export "lend") (canon lift (core func $i "lend"))))`;

let read: (text: string) => Uint8Array;
beforeAll(async () => {
  read = await assemble([owner, lender]);
}, 120_000);

const ends: Readonly<Record<string, (lending: InstanceHandle) => unknown>> = {
  throws: () => {
    throw new Error("no");
  },
  "answers with what is refused": () => "ab",
  "rejects its promise": () => Promise.reject(new Error("no")),
  "waits, and the instance is terminated": (lending) => {
    queueMicrotask(() => void lending.terminate());
    return new Promise(() => undefined);
  },
};

test.each(Object.entries(ends))("where the function %s", async (_, end) => {
  const runtime = new Runtime();
  const serving = await runtime.instance(await runtime.load(read(owner))).instantiate();
  const look = serving.func("b#look");
  const seen: unknown[] = [];
  const lending: InstanceHandle = await runtime
    .instance(await runtime.load(read(lender)))
    .linkLocal("b", serving)
    .linkHost((linker) =>
      linker.func("see", (value: unknown) => {
        seen.push(value);
        return end(lending);
      }),
    )
    .instantiate();
  await failureOf(lending.call("lend"));
  expect([lending.state === "ready", serving.state, serving.func("b#destroyed")()]).toEqual([false, "ready", 1]);
  expect(seen).toHaveLength(1);
  expect(() => look(seen[0])).toThrow("was lent for a call that is over");
});
