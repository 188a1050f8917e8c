/** Lists of a host that do not end, or say that they are longer than anything: as much is read as could ever be given. */
import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const pageBytes = 65_536;

const lists = (limits: string): string => `(component
  (import "give" (func $give (result (list u32))))
  (core module $memory (memory (export "mem") ${limits})
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
  (core instance $own (instantiate $memory))
  (core func $give' (canon lower (func $give) (memory (core memory $own "mem")) (realloc (core func $own "realloc"))))
  (core module $m
    (import "" "give" (func $give (param i32)))
    (func (export "count") (param i32 i32) (result i32) (local.get 1))
    (func (export "ask") (result i32) (call $give (i32.const 16)) (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance (export "give" (func $give'))))))
  (func (export "ask") (result u32) (canon lift (core func $i "ask")))
  (func (export "strings") (param "x" (list string)) (result u32)
    (canon lift (core func $i "count") (memory (core memory $own "mem")) (realloc (core func $own "realloc"))))
  (func (export "bytes") (param "x" (list u8)) (result u32)
    (canon lift (core func $i "count") (memory (core memory $own "mem")) (realloc (core func $own "realloc")))))`;

const [growing, bounded] = [lists("1"), lists("1 2")];

const runtime = new Runtime();
let free: Component;
let small: Component;

beforeAll(async () => {
  const read = await assemble([growing, bounded]);
  free = await runtime.load(read(growing));
  small = await runtime.load(read(bounded));
}, 120_000);

const instanceOf = (component: Component, budget: Budget, give: () => unknown = () => []): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .budget(budget)
    .linkHost((linker) => linker.func("give", give))
    .instantiate();

/** Counts how many were asked for. */
function endless<T>(item: T, each: () => void = () => undefined): { readonly items: Iterable<T>; read: () => number } {
  let count = 0;
  function* make(): Generator<T> {
    for (;;) {
      count += 1;
      each();
      yield item;
    }
  }
  return { items: make(), read: () => count };
}

/** Looks at how it is read. */
function longArray(length: number): { readonly items: unknown[]; read: () => number } {
  let count = 0;
  const get = (target: object, name: PropertyKey): unknown => {
    if (name === "length") return length;
    if (typeof name === "string") count += 1;
    return typeof name === "string" ? 7 : Reflect.get(target, name);
  };
  return { items: new Proxy([], { get }) as unknown[], read: () => count };
}

test("messages bound what is read", async () => {
  for (const [name, item, most] of [
    ["strings", "a", 125],
    ["bytes", 1, 1000],
  ] as const) {
    const instance = await instanceOf(free, { maxMessageBytes: 1000 });
    const given = endless(item);
    expect(await failureOf(instance.call(name, [given.items]))).toMatchObject({
      field: "maxMessageBytes",
      limit: 1000,
    });
    expect(given.read()).toBe(most + 1);
    expect(instance.state).toBe("exhausted");
  }
});

test("memory bounds what is read, and the instance goes on", async () => {
  const limits = [
    [small, {}, 2 * pageBytes, "its memory"],
    [free, { maxMemoryBytes: 3 * pageBytes }, 3 * pageBytes, "'maxMemoryBytes'"],
    [small, { maxMemoryBytes: 3 * pageBytes }, 2 * pageBytes, "its memory"],
  ] as const;
  for (const [component, budget, bytes, room] of limits) {
    const instance = await instanceOf(component, budget);
    const [texts, numbers] = [endless("a"), endless(1)];
    const refusals = [
      await failureOf(instance.call("strings", [texts.items])),
      await failureOf(instance.call("bytes", [numbers.items])),
    ];
    expect(refusals.map((error) => error instanceof TypeError)).toEqual([true, true]);
    const words = `one of more than ${bytes} items, which is what ${room} has room for`;
    expect(refusals[1]).toMatchObject({ message: expect.stringContaining(words) as unknown });
    expect([texts.read(), numbers.read()]).toEqual([bytes / 8 + 1, bytes + 1]);
    expect([instance.state, await instance.call("bytes", [[1, 2, 3]])]).toEqual(["ready", 3]);
  }
});

test("an array that is too long is not read at all", async () => {
  const instance = await instanceOf(free, {});
  for (const name of ["strings", "bytes"]) {
    const given = longArray(2 ** 32);
    expect(await failureOf(instance.call(name, [given.items]))).toBeInstanceOf(TypeError);
    expect(given.read()).toBe(0);
  }
  const like = Object.assign(Object.create(Array.prototype) as object, { length: 2 ** 32 });
  expect(await failureOf(instance.call("bytes", [like]))).toBeInstanceOf(TypeError);
  expect(await instance.call("bytes", [longArray(5).items])).toBe(5);
  const limited = await instanceOf(free, { maxMessageBytes: 1000 });
  const given = longArray(2 ** 32);
  const end = await failureOf(limited.call("bytes", [given.items]));
  expect(end).toMatchObject({ field: "maxMessageBytes", used: 2 ** 32 });
  expect(given.read()).toBe(0);
});

const now = performance.now.bind(performance);
afterEach(() => {
  performance.now = now;
});

/** A clock that only readers move. */
function virtualClock(): { ms: number } {
  const clock = { ms: 1000 };
  performance.now = () => clock.ms;
  return clock;
}

test("time passes while items are read", async () => {
  const clock = virtualClock();
  const instance = await instanceOf(free, { wallMs: 50 });
  const given = endless("a", () => void (clock.ms += 10));
  expect(await failureOf(instance.call("strings", [given.items]))).toMatchObject({ field: "wallMs", used: 50 });
  expect([given.read(), instance.state]).toEqual([5, "exhausted"]);
});

test("the time of one call passes too, and refuses it alone: the guest has seen nothing", async () => {
  const clock = virtualClock();
  const instance = await instanceOf(free, {});
  const given = endless(1, () => void (clock.ms += 10));
  const end = await failureOf(instance.call("bytes", [given.items], { timeoutMs: 50 }));
  expect(end).toMatchObject({ code: "deadline" });
  expect([given.read(), instance.state]).toEqual([5, "ready"]);
});

test("answers of the host are read by the same rules", async () => {
  const clock = virtualClock();
  const slow = endless(1, () => void (clock.ms += 10));
  const timed = await instanceOf(free, { wallMs: 50 }, () => slow.items);
  expect(await failureOf(timed.call("ask"))).toMatchObject({ field: "wallMs", used: 50 });
  expect(slow.read()).toBe(5);
  const long = endless(1);
  const limited = await instanceOf(free, { maxMessageBytes: 1000 }, () => long.items);
  expect(await failureOf(limited.call("ask"))).toMatchObject({ field: "maxMessageBytes" });
  expect(long.read()).toBe(251);
});
