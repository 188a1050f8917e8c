/** What is lent on to calls of other instances is there until these have ended, whatever becomes of those that it is lent of. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";
import { owner } from "./testing/owner-text.ts";

/** `lend` lends a thing of its own to its import `see`, `see` what it is lent, and `hold` waits and looks at that. */
const user = `(component
  (import "b" (instance $b
    (export "r" (type $r (sub resource)))
    (export "make" (func (result (own $r))))
    (export "look" (func (param "r" (borrow $r)) (result u32)))))
  (alias export $b "r" (type $r))
  (import "see" (func $see (param "r" (borrow $r)) (result u32)))
  (import "wait" (func $wait))
  (core func $make (canon lower (func $b "make")))
  (core func $look (canon lower (func $b "look")))
  (core func $see (canon lower (func $see)))
  (core func $wait (canon lower (func $wait)))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "look" (func $look (param i32) (result i32)))
    (import "" "see" (func $see (param i32) (result i32)))
    (import "" "wait" (func $wait))
    (import "" "drop" (func $drop (param i32)))
    (func (export "lend") (result i32) (call $see (call $make)))
    (func (export "see") (param i32) (result i32) (call $see (local.get 0)) (call $drop (local.get 0)))
    (func (export "hold") (param i32) (result i32)
      (call $wait) (call $look (local.get 0)) (call $drop (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "look" (func $look)) (export "see" (func $see))
    (export "wait" (func $wait)) (export "drop" (func $drop))))))
  (func (export "lend") (result u32) (canon lift (core func $i "lend")))
  (func (export "see") (param "r" (borrow $r)) (result u32) (canon lift (core func $i "see")))
  (func (export "hold") (param "r" (borrow $r)) (result u32) (canon lift (core func $i "hold"))))`;

/** Serves `t` by what it has of `b`, and lends what it is lent by `t` to its import `see`. */
const middle = `(component
  (import "b" (instance $b (export "r" (type $r (sub resource))) (export "make" (func (result (own $r))))))
  (alias export $b "r" (type $r))
  (import "see" (func $see (param "r" (borrow $r)) (result u32)))
  (component $inner
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (import "see" (func $see (param "r" (borrow $r)) (result u32)))
    (export $named "r" (type $r))
    (core func $make (canon lower (func $make)))
    (core func $see (canon lower (func $see)))
    (core func $drop (canon resource.drop $r))
    (core module $m
      (import "" "make" (func $make (result i32)))
      (import "" "see" (func $see (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "make") (result i32) (call $make))
      (func (export "see") (param i32) (result i32) (call $see (local.get 0)) (call $drop (local.get 0))))
    (core instance $i (instantiate $m (with "" (instance
      (export "make" (func $make)) (export "see" (func $see)) (export "drop" (func $drop))))))
    (func (export "make") (result (own $named)) (canon lift (core func $i "make")))
    (func (export "see") (param "r" (borrow $named)) (result u32) (canon lift (core func $i "see"))))
  (instance $inner (instantiate $inner
    (with "r" (type $r)) (with "make" (func $b "make")) (with "see" (func $see))))
  (export "t" (instance $inner)))`;

/** Lends a thing of its own to `t`. */
const linked = `(component
  (import "t" (instance $t
    (export "r" (type $r (sub resource)))
    (export "make" (func (result (own $r))))
    (export "see" (func (param "r" (borrow $r)) (result u32)))))
  (core func $make (canon lower (func $t "make")))
  (core func $see (canon lower (func $t "see")))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "see" (func $see (param i32) (result i32)))
    (func (export "lend") (result i32) (call $see (call $make))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "see" (func $see))))))
  (func (export "lend") (result u32) (canon lift (core func $i "lend"))))`;

let read: (text: string) => Uint8Array;
beforeAll(async () => {
  read = await assemble([owner, user, middle, linked]);
}, 120_000);

type See = (value: unknown) => unknown;

/** Of one runtime; those who hold wait for `release`. */
async function world() {
  const runtime = new Runtime();
  const serving = await runtime.instance(await runtime.load(read(owner))).instantiate();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const userOf = async (see: See, text = user): Promise<InstanceHandle> =>
    runtime
      .instance(await runtime.load(read(text)))
      .linkLocal("b", serving)
      .linkHost((linker) => linker.func("see", see))
      .linkHost((linker) => linker.func("wait", async () => released))
      .instantiate();
  const linkedTo = async (other: InstanceHandle): Promise<InstanceHandle> =>
    runtime
      .instance(await runtime.load(read(linked)))
      .linkLocal("t", other)
      .instantiate();
  const holder = await userOf(() => 1);
  const held = Promise.withResolvers<unknown>();
  /** Lends it to who holds, as a call of a chain of its own. */
  const hold = async (value: unknown): Promise<unknown> => {
    await Promise.resolve();
    const holding = holder.call("hold", [value]);
    held.resolve(undefined);
    return holding;
  };
  const destroyed = (): unknown => serving.func("b#destroyed")();
  return { serving, userOf, linkedTo, holder, hold, held: held.promise, release, destroyed };
}

type World = Awaited<ReturnType<typeof world>>;

/** Destructors that a call has held up run behind it. */
const afterwards = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Who holds goes on, is not served what was destroyed, and the destructor runs behind it. */
async function expectHeld({ holder, release, destroyed }: World, holding: Promise<unknown> | undefined) {
  expect(destroyed()).toBe(0);
  release();
  expect(await holding).toBe(5);
  await afterwards();
  expect([holder.state, holder.usage().handles, destroyed()]).toEqual(["ready", 0, 1]);
}

const ends: Readonly<Record<string, (lender: InstanceHandle, aborting: AbortController) => unknown>> = {
  "its host function answers too early": () => 1,
  "its host function throws": () => {
    throw new Error("no");
  },
  "it is terminated": async (lender) => {
    await lender.terminate();
  },
  "its call is aborted": async (_, aborting) => {
    aborting.abort();
    return new Promise(() => undefined);
  },
};

test.each(Object.entries(ends))("who was lent it keeps it where %s", async (_, end) => {
  const all = await world();
  const aborting = new AbortController();
  let holding: Promise<unknown> | undefined;
  const lender: InstanceHandle = await all.userOf(async (value) => {
    holding = all.hold(value);
    await all.held;
    return end(lender, aborting);
  });
  await failureOf(lender.call("lend", [], { signal: aborting.signal }));
  expect(lender.state).not.toBe("ready");
  await expectHeld(all, holding);
});

test("and at once, where the host function is synchronous", async () => {
  const all = await world();
  let holding: Promise<unknown> | undefined;
  const lender = await all.userOf((value) => {
    holding = all.holder.call("hold", [value]);
    return 1;
  });
  expect(thrownBy(lender.func("lend"))).toMatchObject({ code: "trap" });
  await expectHeld(all, holding);
});

/** How a lender comes to lend to one that lends on: which that is, and who lends. */
const ways: Readonly<Record<string, [string, (all: World, between: InstanceHandle) => Promise<InstanceHandle>]>> = {
  "by a host function": [user, async ({ userOf }, between) => userOf(async (value) => between.call("see", [value]))],
  "through a link": [middle, async ({ linkedTo }, between) => linkedTo(between)],
};

test.each(Object.entries(ways))("who was lent it by one that was lent it %s keeps it", async (_, [text, way]) => {
  const all = await world();
  let holding: Promise<unknown> | undefined;
  const between = await all.userOf(async (value) => {
    holding = all.hold(value);
    return holding;
  }, text);
  const lender = await way(all, between);
  const lent = failureOf(lender.call("lend"));
  await all.held;
  await between.terminate();
  await lent;
  expect([lender.state, between.state]).toEqual(["trapped", "terminated"]);
  await expectHeld(all, holding);
});

test("nor does the host destroy it meanwhile, or give it away", async () => {
  const all = await world();
  let holding: Promise<unknown> | undefined;
  const between = await all.userOf(async (value) => {
    holding = all.hold(value);
    return holding;
  });
  const thing = all.serving.func("b#make")() as Disposable; // as its type says
  const lent = failureOf(between.call("see", [thing]));
  await all.held;
  await between.terminate();
  await lent;
  expect(() => thing[Symbol.dispose]()).toThrow("cannot remove owned resource while borrowed");
  all.release();
  expect(await holding).toBe(5);
  thing[Symbol.dispose]();
  expect(all.destroyed()).toBe(1);
});

test("who holds it when all end keeps nothing from being given back", async () => {
  const all = await world();
  const lender: InstanceHandle = await all.userOf(async (value) => all.hold(value));
  const lent = failureOf(lender.call("lend"));
  await all.held;
  await lender.terminate();
  await lent;
  expect(all.destroyed()).toBe(0);
  await all.holder.terminate();
  await afterwards();
  expect([all.destroyed(), all.serving.state]).toEqual([1, "ready"]);
});
