/** Resources that go through links: the host's through two instances, and another instance's through the host. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted, LinkError, TrapError } from "../errors/errors.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import type { HostResource } from "./linker.ts";
import { Runtime } from "./runtime.ts";
import { countingDestructor } from "./testing/counting-destructor.ts";

/** Serves `b` by things of the host. */
const taker = `(component
  (import "host" (instance $host (export "thing" (type (sub resource)))))
  (alias export $host "thing" (type $thing))
  (component $inner
    (import "thing" (type $thing (sub resource)))
    (export $named "thing" (type $thing))
    (core func $drop (canon resource.drop $thing))
    (core module $m
      (import "" "drop" (func $drop (param i32)))
      (func (export "drop") (param i32) (call $drop (local.get 0)))
      (func (export "keep") (param i32))
      (func (export "fail") (param i32) unreachable))
    (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop))))))
    (func (export "take") (param "t" (own $named)) (canon lift (core func $i "drop")))
    (func (export "look") (param "t" (borrow $named)) (canon lift (core func $i "drop")))
    (func (export "keep") (param "t" (own $named)) (canon lift (core func $i "keep")))
    (func (export "fail") (param "t" (own $named)) (canon lift (core func $i "fail"))))
  (instance $inner (instantiate $inner (with "thing" (type $thing))))
  (export "b" (instance $inner)))`;

/** Gets things of the host, and passes them on to `b`. */
const passer = `(component
  (import "host" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (result (own $thing))))))
  (alias export $host "thing" (type $thing))
  (import "b" (instance $b
    (export "thing" (type $t (eq $thing)))
    (export "take" (func (param "t" (own $t))))
    (export "look" (func (param "t" (borrow $t))))
    (export "keep" (func (param "t" (own $t))))
    (export "fail" (func (param "t" (own $t))))))
  (core func $make (canon lower (func $host "make")))
  (core func $drop (canon resource.drop $thing))
  (core func $take (canon lower (func $b "take")))
  (core func $look (canon lower (func $b "look")))
  (core func $keep (canon lower (func $b "keep")))
  (core func $fail (canon lower (func $b "fail")))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "take" (func $take (param i32)))
    (import "" "look" (func $look (param i32)))
    (import "" "keep" (func $keep (param i32)))
    (import "" "fail" (func $fail (param i32)))
    (func (export "hold") (drop (call $make)))
    (func (export "take") (call $take (call $make)))
    (func (export "look") (local $t i32)
      (local.set $t (call $make)) (call $look (local.get $t)) (call $drop (local.get $t)))
    (func (export "keep") (call $keep (call $make)))
    (func (export "fail") (call $fail (call $make))))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "drop" (func $drop)) (export "take" (func $take))
    (export "look" (func $look)) (export "keep" (func $keep)) (export "fail" (func $fail))))))
  (func (export "hold") (canon lift (core func $i "hold")))
  (func (export "take") (canon lift (core func $i "take")))
  (func (export "look") (canon lift (core func $i "look")))
  (func (export "keep") (canon lift (core func $i "keep")))
  (func (export "fail") (canon lift (core func $i "fail"))))`;

/** Serves `b` by a resource of its own, with a destructor. */
const store = `(component
  (component $inner
    ${countingDestructor}
    (core module $m (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5))))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "destroyed") (result u32) (canon lift (core func $dtor "destroyed"))))
  (instance $inner (instantiate $inner))
  (export "b" (instance $inner)))`;

/** Lends what it has of `b` to the host's `see`. */
const lender = `(component
  (import "b" (instance $b
    (export "r" (type $r (sub resource)))
    (export "make" (func (result (own $r))))))
  (alias export $b "r" (type $r))
  (import "see" (func $see (param "r" (borrow $r))))
  (core func $make (canon lower (func $b "make")))
  (core func $see (canon lower (func $see)))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "see" (func $see (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $r (mut i32) (i32.const 0))
    (func (export "lend") (global.set $r (call $make)) (call $see (global.get $r)))
    (func (export "drop") (call $drop (global.get $r)))
    (func (export "drop-nothing") (call $drop (i32.const 99)))
    (func (export "take") (param i32) (call $drop (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "see" (func $see)) (export "drop" (func $drop))))))
  (func (export "lend") (canon lift (core func $i "lend")))
  (func (export "drop") (canon lift (core func $i "drop")))
  (func (export "drop-nothing") (canon lift (core func $i "drop-nothing")))
  (func (export "take") (param "r" (own $r)) (canon lift (core func $i "take"))))`;

const texts = { taker, passer, store, lender };
let bytesOf: (name: keyof typeof texts) => Uint8Array;
beforeAll(async () => {
  const read = await assemble(Object.values(texts));
  bytesOf = (name) => read(texts[name]);
});

interface Linked {
  readonly a: InstanceHandle;
  readonly b: InstanceHandle;
  readonly dropped: number[];
}

/** Things are numbered as they are made. `handles` is how many what serves may have. */
async function link(handles = Infinity): Promise<Linked> {
  const runtime = new Runtime();
  const dropped: number[] = [];
  let made = 0;
  let thing: HostResource | { drop(value: unknown): void } = { drop: (value) => void dropped.push(value as number) };
  const instantiate = async (name: keyof typeof texts, served?: InstanceHandle): Promise<InstanceHandle> => {
    const builder = runtime.instance(await runtime.load(bytesOf(name))).linkHost((linker) =>
      linker.instance("host", (host) => {
        thing = host.resource("thing", thing);
        host.func("make", () => {
          made += 1;
          return made;
        });
      }),
    );
    if (served !== undefined) return builder.linkLocal("b", served).instantiate();
    return (handles === Infinity ? builder : builder.budget({ maxHandles: handles })).instantiate();
  };
  const b = await instantiate("taker");
  return { a: await instantiate("passer", b), b, dropped };
}

test("a thing of the host that was passed on is dropped once, by whoever has it last", async () => {
  const { a, b, dropped } = await link();
  a.func("take")();
  expect(dropped).toEqual([1]);
  a.func("look")();
  expect(dropped).toEqual([1, 2]);
  a.func("keep")();
  expect(dropped).toEqual([1, 2]);
  expect([a.usage().handles, b.usage().handles]).toEqual([0, 1]);
  await a.terminate();
  expect(dropped).toEqual([1, 2]);
  await b.terminate();
  expect(dropped).toEqual([1, 2, 3]);
});

test("what an instance that is terminated has is dropped, what it gave away is not", async () => {
  const { a, b, dropped } = await link();
  a.func("hold")();
  a.func("keep")();
  await a.terminate();
  expect(dropped).toEqual([1]);
  expect(b.state).toBe("ready");
  await b.terminate();
  await a.terminate();
  expect(dropped).toEqual([1, 2]);
});

test("a thing for which the one behind the link has no room is dropped by who had it", async () => {
  const { a, b, dropped } = await link(0);
  expect(() => a.func("take")()).toThrow(BudgetExhausted);
  expect([a.state, b.state]).toEqual(["trapped", "exhausted"]);
  expect(dropped).toEqual([1]);
  expect([a.usage().handles, b.usage().handles]).toEqual([0, 0]);
});

test("a trap behind the link ends both, and each gives back what it has", async () => {
  const { a, b, dropped } = await link();
  a.func("hold")();
  a.func("keep")();
  expect(() => a.func("fail")()).toThrow(TrapError);
  expect([a.state, b.state]).toEqual(["trapped", "trapped"]);
  expect(dropped.toSorted((one, other) => one - other)).toEqual([1, 2, 3]);
});

test("what the host was lent it cannot destroy, give away, or use when the call is over", async () => {
  const runtime = new Runtime();
  const owner = await runtime.instance(await runtime.load(bytesOf("store"))).instantiate();
  const seen: Disposable[] = [];
  let isDisposing = false;
  const builder = runtime
    .instance(await runtime.load(bytesOf("lender")))
    .linkLocal("b", owner)
    .linkHost((linker) =>
      linker.func("see", (value: Disposable) => {
        seen.push(value);
        if (isDisposing) value[Symbol.dispose]();
      }),
    );
  const a = await builder.instantiate();
  for (isDisposing of [false, true]) {
    a.func("lend")();
    const [lent] = seen.splice(0);
    lent?.[Symbol.dispose]();
    expect(() => a.func("take")(lent)).toThrow(TypeError);
    expect(owner.func("b#destroyed")()).toBe(isDisposing ? 5 : 0);
    a.func("drop")();
    expect(owner.func("b#destroyed")()).toBe(isDisposing ? 10 : 5);
  }
  const made = owner.func("b#make")();
  a.func("take")(made);
  expect(owner.func("b#destroyed")()).toBe(15);
});

test("during the call it cannot give a loan away either", async () => {
  const runtime = new Runtime();
  const owner = await runtime.instance(await runtime.load(bytesOf("store"))).instantiate();
  const errors: unknown[] = [];
  const lenders: InstanceHandle[] = [];
  for (const isOuter of [false, true]) {
    const builder = runtime
      .instance(await runtime.load(bytesOf("lender")))
      .linkLocal("b", owner)
      .linkHost((linker) =>
        linker.func("see", (value: unknown) => {
          if (!isOuter) return;
          try {
            lenders[0]?.func("take")(value);
          } catch (error) {
            errors.push(error);
          }
        }),
      );
    lenders.push(await builder.instantiate());
  }
  lenders[1]?.func("lend")();
  expect(errors).toEqual([expect.any(TypeError)]);
  lenders[1]?.func("drop")();
  expect(owner.func("b#destroyed")()).toBe(5);
});

test("another resource of the host than that of the instance behind the link is no such thing", async () => {
  const runtime = new Runtime();
  const builderOf = async (name: "taker" | "passer") =>
    runtime.instance(await runtime.load(bytesOf(name))).linkHost((linker) =>
      linker.instance("host", (host) => {
        host.resource("thing");
        host.func("make", () => 1);
      }),
    );
  const b = await (await builderOf("taker")).instantiate();
  const linked = await (await builderOf("passer"))
    .linkLocal("b", b)
    .instantiate()
    .catch((error: unknown) => error);
  expect(linked).toBeInstanceOf(LinkError);
});

test("a resource whose instance has ended is not destroyed there, whoever has it", async () => {
  const runtime = new Runtime();
  const owner = await runtime.instance(await runtime.load(bytesOf("store"))).instantiate();
  const builder = runtime.instance(await runtime.load(bytesOf("lender"))).linkLocal("b", owner);
  const a = await builder.linkHost((linker) => linker.func("see", () => undefined)).instantiate();
  a.func("lend")();
  const destroyed = owner.func("b#destroyed");
  expect(destroyed()).toBe(0);
  await owner.terminate();
  for (const call of [a.func("drop"), destroyed])
    expect(call).toThrow("cannot enter component instance: it is terminated");
});

async function consume(runtime: Runtime, owner: InstanceHandle, see: () => unknown): Promise<InstanceHandle> {
  const builder = runtime.instance(await runtime.load(bytesOf("lender"))).linkLocal("b", owner);
  return builder.linkHost((linker) => linker.func("see", see)).instantiate();
}

test("what an instance owns of another one is destroyed there when it ends, however that is", async () => {
  const ends: readonly ((instance: InstanceHandle) => unknown)[] = [
    (instance) => instance.terminate(),
    (instance) => expect(() => instance.func("drop-nothing")()).toThrow(TrapError),
  ];
  for (const end of ends) {
    const runtime = new Runtime();
    const owner = await runtime.instance(await runtime.load(bytesOf("store"))).instantiate();
    const consumer = await consume(runtime, owner, () => undefined);
    consumer.func("lend")();
    expect(owner.func("b#destroyed")()).toBe(0);
    await end(consumer);
    expect([owner.func("b#destroyed")(), owner.state, consumer.usage().handles]).toEqual([5, "ready", 0]);
    await consumer.terminate();
    expect(owner.func("b#destroyed")()).toBe(5);
  }
});

test("an owner that has ended before is left alone", async () => {
  const runtime = new Runtime();
  const owner = await runtime.instance(await runtime.load(bytesOf("store"))).instantiate();
  const consumer = await consume(runtime, owner, () => undefined);
  consumer.func("lend")();
  await owner.terminate();
  await consumer.terminate();
  expect([owner.state, consumer.state]).toEqual(["terminated", "terminated"]);
});
