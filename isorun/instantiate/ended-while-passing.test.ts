/** An instance that is ended while a link passes strings to it, or from it, gives back what it has of the host's. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { TrapError } from "../errors/errors.ts";
import type { InstanceHandle } from "../runtime/instance-handle.ts";
import { Runtime } from "../runtime/runtime.ts";

/** More than are passed before somebody is asked whether that may go on. */
const count = 2000;

/** Strings that are one and the same letter. */
const lists = `(memory (export "mem") 2)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
  (func $fill (local $n i32)
    (loop $next
      (i32.store (i32.add (i32.const 16) (i32.mul (local.get $n) (i32.const 8))) (i32.const 8))
      (i32.store (i32.add (i32.const 20) (i32.mul (local.get $n) (i32.const 8))) (i32.const 1))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $n) (i32.const ${count})))))
  (start $fill)`;

const providing = `(component (component $inner
  (core module $m ${lists}
    (func (export "take") (param i32 i32))
    (func (export "give") (result i32)
      (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const ${count})) (i32.const 0))
    (func (export "clean-up") (param i32)))
  (core instance $m (instantiate $m))
  (func (export "take") (param "x" (list string))
    (canon lift (core func $m "take") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  (func (export "give") (result (list string))
    (canon lift (core func $m "give") (memory (core memory $m "mem"))))
  (func (export "give-and-clean-up") (result (list string))
    (canon lift (core func $m "give") (memory (core memory $m "mem")) (post-return (core func $m "clean-up")))))
  (instance $i (instantiate $inner)) (export "b" (instance $i)))`;

const consuming = `(component
  (import "b" (instance $b
    (export "take" (func (param "x" (list string))))
    (export "give" (func (result (list string))))
    (export "give-and-clean-up" (func (result (list string))))))
  (core module $l ${lists})
  (core instance $l (instantiate $l))
  (core func $take (canon lower (func $b "take") (memory (core memory $l "mem"))))
  (core func $give (canon lower (func $b "give")
    (memory (core memory $l "mem")) (realloc (core func $l "realloc"))))
  (core func $give-and-clean-up (canon lower (func $b "give-and-clean-up")
    (memory (core memory $l "mem")) (realloc (core func $l "realloc"))))
  (core module $m
    (import "" "mem" (memory 1))
    (import "" "take" (func $take (param i32 i32)))
    (import "" "give" (func $give (param i32)))
    (import "" "give-and-clean-up" (func $give-and-clean-up (param i32)))
    (func (export "take") (call $take (i32.const 16) (i32.const ${count})))
    (func (export "give") (call $give (i32.const 0)))
    (func (export "give-and-clean-up") (call $give-and-clean-up (i32.const 0))))
  (core instance $i (instantiate $m (with "" (instance (export "mem" (memory $l "mem"))
    (export "take" (func $take)) (export "give" (func $give)) (export "give-and-clean-up" (func $give-and-clean-up))))))
  (func (export "take") (canon lift (core func $i "take")))
  (func (export "give") (canon lift (core func $i "give")))
  (func (export "give-and-clean-up") (canon lift (core func $i "give-and-clean-up"))))`;

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([providing, consuming]);
});

/** Sizes of messages are counted, so that it is asked whether a list of strings may go on. */
const sized: Budget = { maxMessageBytes: 1 << 30 };

test.each([
  ["arguments", "take", "terminated"],
  ["results", "give", "terminated"],
  // Nobody is in it any more, and all that is passed lies in its memory still.
  ["results, behind which it cleans up", "give-and-clean-up", "answered"],
])("while %s are passed, by who guards its caller", async (_, name, outcome) => {
  const runtime = new Runtime();
  const ended: string[] = [];
  const provider: InstanceHandle = await runtime
    .instance(await runtime.load(bytesOf(providing)))
    .linkHost((linker) => linker.onEnd(() => ended.push("provider")))
    .instantiate();
  let isAsked = false;
  const consumer = await runtime
    .instance(await runtime.load(bytesOf(consuming)))
    .budget(sized)
    .linkLocal("b", provider)
    .interruptBy(() => {
      isAsked = true;
      void provider.terminate();
      return undefined;
    })
    .instantiate();
  const error = await consumer.call(name).catch((reason: unknown) => reason);
  expect(error instanceof TrapError ? error.code : "answered").toBe(outcome);
  expect([isAsked, provider.state, ended]).toEqual([true, "terminated", ["provider"]]);
  expect(consumer.state).toBe(outcome === "answered" ? "ready" : "trapped");
  await consumer.terminate();
});
