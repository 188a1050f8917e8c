/**
 * Lists of owned resources of which one item is wrong: each resource before it and behind it is owned by somebody, or was
 * destroyed, once. What an instance gives (`lift_own`) and is answered with (`lower_own`) is its own, or its callee's, by
 * then: a trap ends it, and what it had is destroyed. What the host gives as an argument comes back to the host.
 */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";
import { countingDestructor } from "./testing/counting-destructor.ts";

/** 8 bytes. */
const pairs = "(list (tuple (own $r) char))";

/** Serves `b` by a resource whose destructor adds up what it is told. */
const owner = `(component
  (component $inner
    ${countingDestructor}
    (core func $drop (canon resource.drop $r'))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "take") (param $at i32) (param $count i32)
        (loop $next
          (call $drop (i32.load (local.get $at)))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (func (export "make") (param "n" u32) (result (own $r)) (canon lift (core func $m "make")))
    (func (export "take") (param "l" ${pairs})
      (canon lift (core func $m "take") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
    (func (export "destroyed") (result u32) (canon lift (core func $dtor "destroyed"))))
  (instance $inner (instantiate $inner))
  (export "b" (instance $inner)))`;

/** Lists of what it makes: the handle of the last is the right one and `$off` more. What it is given it keeps. */
const user = `(component
  (import "b" (instance $b
    (export "r" (type $r (sub resource)))
    (export "make" (func (param "n" u32) (result (own $r))))
    (export "take" (func (param "l" ${pairs})))))
  (alias export $b "r" (type $r))
  (import "fetch" (func $fetch (result ${pairs})))
  (core module $a (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $a (instantiate $a))
  (core func $make (canon lower (func $b "make")))
  (core func $take (canon lower (func $b "take") (memory (core memory $a "mem"))))
  (core func $fetch (canon lower (func $fetch) (memory (core memory $a "mem")) (realloc (core func $a "realloc"))))
  (core module $m
    (import "" "mem" (memory 1))
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "take" (func $take (param i32 i32)))
    (import "" "fetch" (func $fetch (param i32)))
    (func $list (param $off i32) (param $char i32)
      (i32.store (i32.const 64) (call $make (i32.const 1))) (i32.store (i32.const 68) (i32.const 97))
      (i32.store (i32.const 72) (call $make (i32.const 2))) (i32.store (i32.const 76) (i32.const 97))
      (i32.store (i32.const 80) (i32.add (call $make (i32.const 4)) (local.get $off)))
      (i32.store (i32.const 84) (local.get $char)))
    (func (export "pass") (param i32 i32)
      (call $list (local.get 0) (local.get 1)) (call $take (i32.const 64) (i32.const 3)))
    (func (export "give") (param i32 i32) (result i32)
      (call $list (local.get 0) (local.get 1))
      (i32.store (i32.const 16) (i32.const 64)) (i32.store (i32.const 20) (i32.const 3)) (i32.const 16))
    (func (export "fetch") (call $fetch (i32.const 16)))
    (func (export "keep") (param i32 i32)))
  (core instance $i (instantiate $m (with "" (instance (export "mem" (memory $a "mem")) (export "make" (func $make))
    (export "take" (func $take)) (export "fetch" (func $fetch))))))
  (func (export "pass") (param "off" u32) (param "c" u32) (canon lift (core func $i "pass")))
  (func (export "give") (param "off" u32) (param "c" u32) (result ${pairs})
    (canon lift (core func $i "give") (memory (core memory $a "mem"))))
  (func (export "fetch") (canon lift (core func $i "fetch")))
  (func (export "keep") (param "l" ${pairs})
    (canon lift (core func $i "keep") (memory (core memory $a "mem")) (realloc (core func $a "realloc")))))`;

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([owner, user]);
}, 120_000);

interface Made {
  readonly instance: InstanceHandle;
  /** A resource in the host's hands. */
  readonly make: (n: number) => unknown;
  readonly destroyed: () => unknown;
  /** The host destroys what it has. */
  readonly destroy: (value: unknown) => void;
  /** Whom they are of goes on. */
  readonly isWell: () => boolean;
}

type Fetch = (make: Made["make"]) => unknown;

const building = async (runtime: Runtime, text: string): Promise<InstanceBuilder> =>
  runtime.instance(await runtime.load(bytesOf(text)));

/** Of another instance. */
async function linked(fetch: Fetch): Promise<Made> {
  const runtime = new Runtime();
  const serving = await (await building(runtime, owner)).budget({ maxHandles: 10 }).instantiate();
  const make = serving.func("b#make");
  const instance = await (await building(runtime, user))
    .budget({ maxHandles: 10 })
    .linkLocal("b", serving)
    .linkHost((linker) => linker.func("fetch", () => fetch(make)))
    .instantiate();
  return {
    instance,
    make,
    destroyed: () => serving.func("b#destroyed")(),
    destroy: (value) => serving.func("b#take")([[value, "a"]]),
    isWell: () => serving.state === "ready" && serving.usage().handles === 0,
  };
}

/** Numbers. */
async function ofHost(fetch: Fetch): Promise<Made> {
  let destroyed = 0;
  const make = (n: number): number => n;
  const drop = (value: unknown): void => {
    destroyed += value as number; // as they are made
  };
  const take = (): never => expect.unreachable("none of these comes to the host");
  const instance = await (await building(new Runtime(), user))
    .budget({ maxHandles: 10 })
    .linkHost((linker) => {
      linker.instance("b", (b) => {
        b.resource("r", { drop });
        b.func("make", make).func("take", take);
      });
      linker.func("fetch", () => fetch(make));
    })
    .instantiate();
  return { instance, make, destroyed: () => destroyed, destroy: drop, isWell: () => true };
}

const kinds = { "another instance's": linked, "the host's": ofHost };

const nothing: Fetch = () => [];
const surrogate = 0xd800;

testEach("what a guest gives", async (from) => {
  for (const [name, off, char] of [
    ["pass", 0, surrogate],
    ["pass", 7, 97],
    ["give", 0, surrogate],
    ["give", 7, 97],
  ] as const) {
    const { instance, destroyed, isWell } = await from(nothing);
    expect(thrownBy(() => instance.func(name)(off, char))).toMatchObject({ code: "trap" });
    expect([instance.state, instance.usage().handles, isWell()]).toEqual(["trapped", 0, true]);
    expect(destroyed()).toBe(7);
    await instance.terminate();
    expect(destroyed()).toBe(7);
  }
});

testEach("what a host answers with", async (from) => {
  const given: unknown[] = [];
  const { instance, destroyed, destroy, isWell } = await from((make) => {
    given.push(make(1), make(2), make(4));
    return given.map((value, index) => [value, index === 1 ? "ab" : "a"]);
  });
  expect(thrownBy(() => instance.func("fetch")())).toMatchObject({ code: "trap" });
  expect([instance.state, instance.usage().handles, isWell()]).toEqual(["trapped", 0, true]);
  // The second has become the guest's before its character was looked at; the third never does.
  expect(destroyed()).toBe(3);
  destroy(given[2]);
  expect(destroyed()).toBe(7);
});

testEach("what a host gives", async (from) => {
  const { instance, make, destroyed, destroy, isWell } = await from(nothing);
  const values = [1, 2, 4].map((n) => make(n));
  const mine = new Error("mine");
  const lists: readonly (readonly [given: Iterable<unknown>, failure: unknown])[] = [
    [values.map((value, index) => [value, index === 1 ? "ab" : "a"]), { code: "invalid-argument" }],
    [[...values.map((value) => [value, "a"]), 5], { code: "invalid-argument" }],
    [values.map((value, index) => (index === 2 ? throwing(value, mine) : [value, "a"])), mine],
  ];
  for (const [given, failure] of lists) {
    expect(thrownBy(() => instance.func("keep")(given))).toMatchObject(failure as object);
    expect(await failureOf(instance.call("keep", [given]))).toMatchObject(failure as object);
    expect([instance.state, instance.usage().handles, isWell(), destroyed()]).toEqual(["ready", 0, true, 0]);
  }
  // They are the host's as before: it may give them, or destroy them.
  instance.func("keep")([[values[0], "a"]]);
  for (const value of values.slice(1)) destroy(value);
  expect([instance.usage().handles, destroyed()]).toEqual([1, 6]);
  await instance.terminate();
  expect(destroyed()).toBe(7);
});

/** A pair that fails behind its first item. */
const throwing = (value: unknown, failure: Error): Iterable<unknown> => ({
  *[Symbol.iterator]() {
    yield value;
    throw failure;
  },
});

function testEach(what: string, run: (from: (fetch: Fetch) => Promise<Made>) => Promise<void>): void {
  test.each(Object.entries(kinds))(`${what}, of %s`, async (_, from) => run(from));
}
