/** What ends a long copy between instances, and which of them end with it. */
import { beforeAll, expect, spyOn, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Where `n` empty lists lie, and where a thousand that are one of 16 MB. */
const [empty, long] = [0x1_0000, 0x280_0000];

const memory = `(memory (export "m") 800)
  (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 16))
  (func $fill (memory.fill (i32.const ${long}) (i32.const 1) (i32.const 8192)))
  (start $fill)`;

/** Its lists lie where it is told, and are as long as it is told. */
const callee = `(component (component $inner
  (core module $m ${memory}
    (func (export "f") (param i32 i32) (result i32) (local.get 1))
    (func (export "g") (param i32 i32) (result i32)
      (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 1)) (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "take") (param "x" (list (list u8))) (result u32)
    (canon lift (core func $m "f") (memory (core memory $m "m")) (realloc (core func $m "r"))))
  (func (export "give") (param "at" u32) (param "n" u32) (result (list (list u8)))
    (canon lift (core func $m "g") (memory (core memory $m "m")))))
  (instance $i (instantiate $inner)) (export "test:app/lists" (instance $i)))`;

const caller = `(component
  (import "test:app/lists" (instance $t
    (export "take" (func (param "x" (list (list u8))) (result u32)))
    (export "give" (func (param "at" u32) (param "n" u32) (result (list (list u8)))))))
  (core module $l ${memory})
  (core instance $l (instantiate $l))
  (core func $take (canon lower (func $t "take") (memory (core memory $l "m"))))
  (core func $give (canon lower (func $t "give") (memory (core memory $l "m")) (realloc (core func $l "r"))))
  (core module $m
    (import "" "take" (func $take (param i32 i32) (result i32)))
    (import "" "give" (func $give (param i32 i32 i32)))
    (func (export "take") (param i32 i32) (drop (call $take (local.get 0) (local.get 1))))
    (func (export "give") (param i32 i32) (call $give (local.get 0) (local.get 1) (i32.const 0)))
    (func (export "take-always") (param i32 i32)
      (loop $l (drop (call $take (local.get 0) (local.get 1))) (br $l))))
  (core instance $m (instantiate $m (with "" (instance (export "take" (func $take)) (export "give" (func $give))))))
  (func (export "take") (param "at" u32) (param "n" u32) (canon lift (core func $m "take")))
  (func (export "give") (param "at" u32) (param "n" u32) (canon lift (core func $m "give")))
  (func (export "take-always") (param "at" u32) (param "n" u32) (canon lift (core func $m "take-always"))))`;

const things = `(component (component $inner
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r'))
  (core module $m (memory (export "m") 64)
    (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 16))
    (func (export "take") (param i32 i32)))
  (core instance $m (instantiate $m))
  (func (export "make") (param "x" u32) (result (own $r)) (canon lift (core func $new)))
  (func (export "take") (param "x" (list (own $r)))
    (canon lift (core func $m "take") (memory (core memory $m "m")) (realloc (core func $m "r")))))
  (instance $i (instantiate $inner)) (export "test:app/things" (instance $i)))`;

/** Makes things, and gives all of them. */
const giver = `(component
  (import "test:app/things" (instance $t
    (export "r" (type $r (sub resource)))
    (export "make" (func (param "x" u32) (result (own $r))))
    (export "take" (func (param "x" (list (own $r)))))))
  (core module $l (memory (export "m") 64))
  (core instance $l (instantiate $l))
  (core func $make (canon lower (func $t "make")))
  (core func $take (canon lower (func $t "take") (memory (core memory $l "m"))))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "m" (memory 64))
    (func (export "make") (param $n i32)
      (loop $again
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (i32.store (i32.mul (local.get $n) (i32.const 4)) (call $make (i32.const 1)))
        (br_if $again (local.get $n)))))
  (core instance $m (instantiate $m (with "" (instance (export "make" (func $make)) (export "m" (memory $l "m"))))))
  (core module $g (import "" "take" (func $take (param i32 i32)))
    (func (export "give") (param i32) (call $take (i32.const 0) (local.get 0))))
  (core instance $g (instantiate $g (with "" (instance (export "take" (func $take))))))
  (func (export "make") (param "n" u32) (canon lift (core func $m "make")))
  (func (export "give") (param "n" u32) (canon lift (core func $g "give"))))`;

/** Its host function calls another instance. */
const outermost = `(component
  (import "f" (func $f))
  (core func $f (canon lower (func $f)))
  (core module $m (import "" "f" (func $f)) (func (export "run") (call $f)))
  (core instance $m (instantiate $m (with "" (instance (export "f" (func $f))))))
  (func (export "run") (canon lift (core func $m "run"))))`;

const runtime = new Runtime();
let lists: Component;
let using: Component;
let outer: Component;
let owning: Component;
let giving: Component;

beforeAll(async () => {
  const read = await assemble([callee, caller, outermost, things, giver]);
  lists = await runtime.load(read(callee));
  using = await runtime.load(read(caller));
  outer = await runtime.load(read(outermost));
  owning = await runtime.load(read(things));
  giving = await runtime.load(read(giver));
}, 120_000);

const madeFor = (provider: InstanceHandle, budget: Budget): Promise<InstanceHandle> =>
  runtime.instance(using).linkLocal("test:app/lists", provider).budget(budget).instantiate();

/** That it was not ended: it takes as much as before, and gives it. */
async function requireWorking(provider: InstanceHandle): Promise<void> {
  expect(provider.state).toBe("ready");
  const next = await madeFor(provider, {});
  await next.call("take", [empty, 100_000]);
  await next.call("give", [empty, 100_000]);
}

const counted: Budget = { fuel: 1n << 50n };
const free: Budget = {};

for (const kind of ["take", "give"] as const) {
  for (const [payer, budget] of [
    ["the caller pays", counted],
    ["the callee pays", free],
  ] as const) {
    test(`'${kind}', where ${payer}: the caller's deadline ends the caller alone`, async () => {
      const provider = await runtime.instance(lists).budget(counted).instantiate();
      const consumer = await madeFor(provider, budget);
      const end = await consumer.call(kind, [long, 1024], { timeoutMs: 150 }).catch((error: unknown) => error);
      expect(end).toMatchObject({ code: "deadline" });
      expect(consumer.state).toBe("trapped");
      await requireWorking(provider);
    }, 30_000);

    test.each([
      ["few long lists", long, 1024],
      ["many empty lists", empty, 5_000_000],
    ])(
      `'${kind}' of %s, where ${payer}: who guards those further out does not end the callee`,
      async (_, at, n) => {
        const provider = await runtime.instance(lists).budget(counted).instantiate();
        const consumer = await madeFor(provider, budget);
        let asked = -1;
        const guarded = runtime.instance(outer).interruptBy(() => {
          if (asked >= 0) asked += 1;
          return asked === 2 ? new Error("enough") : undefined;
        });
        const run = (): void => {
          asked = 0;
          consumer.func(kind)(at, n);
        };
        const instance = await guarded.linkHost((linker) => linker.func("f", run)).instantiate();
        const end = await instance.call("run").catch((error: unknown) => error);
        expect(end).toMatchObject({ code: "cancelled", cause: { message: "enough" } });
        expect([instance.state, consumer.state, asked]).toEqual(["trapped", "trapped", 2]);
        await requireWorking(provider);
      },
      30_000,
    );

    test(`'${kind}', where ${payer}: who guards the callee ends both`, async () => {
      let asked = 0;
      const guarded = runtime.instance(lists).interruptBy(() => {
        asked += 1;
        return asked === 2 ? new Error("enough") : undefined;
      });
      const provider = await guarded.instantiate();
      const consumer = await madeFor(provider, budget);
      const end = await consumer.call(kind, [empty, 5_000_000]).catch((error: unknown) => error);
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
  const consumer = await madeFor(provider, free);
  const end = await consumer
    .call("take-always", [empty, 6_000_000], { timeoutMs: 150 })
    .catch((error: unknown) => error);
  expect(end).toMatchObject({ code: "deadline" });
  expect([consumer.state, asked > 0]).toEqual(["trapped", true]);
  await requireWorking(provider);
}, 30_000);

/** By who is asked for it while it takes this many empty lists. */
async function asksWhile(n: number, timeoutMs?: number): Promise<number> {
  let asked = 0;
  const provider = await runtime.instance(lists).budget(counted).instantiate();
  const guarded = runtime.instance(using).linkLocal("test:app/lists", provider).budget(counted);
  const consumer = await guarded.interruptBy(() => void (asked += 1)).instantiate();
  asked = 0;
  await consumer.call("take", [empty, n], timeoutMs === undefined ? {} : { timeoutMs });
  return asked;
}

test.each([undefined, 100_000])(
  "clocks are looked at every few milliseconds, not for each item (%p)",
  async (timeoutMs) => {
    const now = spyOn(performance, "now");
    try {
      // Half a second; slices of fuel alone would end five times.
      expect(await asksWhile(5_000_000, timeoutMs)).toBeGreaterThan(12);
      expect(now.mock.calls.length).toBeLessThan(200_000);
    } finally {
      now.mockRestore();
    }
  },
  30_000,
);

test("who interrupts is asked every few milliseconds while handles are passed, and those that came go back", async () => {
  let [asked, isEnough] = [0, false];
  const provider = await runtime.instance(owning).budget({ maxHandles: 2_000_000 }).instantiate();
  const builder = runtime.instance(giving).linkLocal("test:app/things", provider);
  const guarded = builder.interruptBy(() => {
    asked += 1;
    return isEnough && asked === 2 ? new Error("enough") : undefined;
  });
  const consumer = await guarded.instantiate();
  const n = 900_000;
  await consumer.call("make", [n]);
  asked = 0;
  await consumer.call("give", [n]);
  expect(asked).toBeGreaterThan(4);
  const interrupted = await guarded.instantiate();
  await interrupted.call("make", [n]);
  [asked, isEnough] = [0, true];
  const end = await interrupted.call("give", [n]).catch((error: unknown) => error);
  expect(end).toMatchObject({ code: "cancelled", cause: { message: "enough" } });
  expect([interrupted.state, provider.state, provider.usage().handles]).toEqual(["trapped", "ready", n]);
}, 30_000);
