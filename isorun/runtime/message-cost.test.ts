/** Long values are limited by what the host keeps for them, looked at while they are made, and paid for. */
import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Where lists lie. */
const listAt = 16;
/** The item of a list of bytes that is no `result`. */
const wrongAt = 9_000_000;

/** Functions whose result is a list of as many items as they are told, in memory that is zeros up to there. */
const resultTypes = {
  results: "(list (result))",
  lists: "(list (list u8))",
  tuples: "(list (tuple u8))",
  strings: "(list string)",
  bools: "(list bool)",
  chars: "(list char)",
  flags: "(list $flags)",
  options: "(list (option bool))",
  nested: "(list (option (option bool)))",
  variants: "(list $variant)",
  records: "(list $pair)",
  tables: "(list (list bool))",
  maps: "(map u8 bool)",
  blocks: "(list (list u16 4))",
  rows: "(list (list bool 4))",
  pages: "(list (list u8 5000))",
  numbers: "(list u8)",
};

const lifted = Object.entries(resultTypes).map(
  ([name, type]) => `(func (export "${name}") (param "n" u32) (result ${type})
    (canon lift (core func $i "run") (memory (core memory $i "mem"))))`,
);

const text = `(component
  (type $pair' (record (field "a" u8) (field "b" (list u8))))
  (type $flags' (flags "a" "b"))
  (type $variant' (variant (case "a") (case "b" u64)))
  (import "pair" (type $pair (eq $pair')))
  (import "flags" (type $flags (eq $flags')))
  (import "variant" (type $variant (eq $variant')))
  (import "give" (func $give (param "n" u32) (result (list u8))))
  (import "names" (func $names (param "n" u32) (result (list bool))))
  (import "take" (func $take (param "x" (list u8))))
  (import "take-all" (func $take-all (param "x" (list bool))))
  (core module $memory (memory (export "mem") 160) (data (i32.const ${listAt + wrongAt}) "\\ff")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
  (core instance $own (instantiate $memory))
  (alias core export $own "mem" (core memory $mem))
  (alias core export $own "realloc" (core func $realloc))
  (core func $give' (canon lower (func $give) (memory $mem) (realloc (core func $realloc))))
  (core func $names' (canon lower (func $names) (memory $mem) (realloc (core func $realloc))))
  (core func $take' (canon lower (func $take) (memory $mem)))
  (core func $take-all' (canon lower (func $take-all) (memory $mem)))
  (core module $m
    (import "" "mem" (memory 1))
    (import "" "give" (func $give (param i32 i32)))
    (import "" "names" (func $names (param i32 i32)))
    (import "" "take" (func $take (param i32 i32)))
    (import "" "take-all" (func $take-all (param i32 i32)))
    (export "mem" (memory 0))
    (func (export "run") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const ${listAt})) (i32.store (i32.const 4) (local.get 0)) (i32.const 0))
    (func (export "give") (param i32) (call $give (local.get 0) (i32.const 16)))
    (func (export "names") (param i32) (call $names (local.get 0) (i32.const 16)))
    (func (export "take") (param i32) (call $take (i32.const 16) (local.get 0)))
    (func (export "take-all") (param i32) (call $take-all (i32.const 16) (local.get 0)))
    (func (export "give-always") (param i32)
      (loop $again
        (block (try_table (catch_all 0) (call $give (local.get 0) (i32.const 16))))
        (br $again)))
    (func (export "count") (param i32 i32) (result i32) (local.get 1)))
  (core instance $i (instantiate $m (with "" (instance
    (export "mem" (memory $mem)) (export "give" (func $give')) (export "names" (func $names'))
    (export "take" (func $take')) (export "take-all" (func $take-all'))))))
  ${lifted.join("\n")}
  ${["give", "names", "take", "take-all", "give-always"]
    .map((name) => `(func (export "${name}") (param "n" u32) (canon lift (core func $i "${name}")))`)
    .join("\n")}
  (func (export "mark") (param "x" (list $flags)) (result u32)
    (canon lift (core func $i "count") (memory $mem) (realloc (core func $realloc))))
  (func (export "count") (param "x" (list bool)) (result u32)
    (canon lift (core func $i "count") (memory $mem) (realloc (core func $realloc)))))`;

const runtime = new Runtime();
let component: Component;

beforeAll(async () => {
  component = await runtime.load((await assemble([text]))(text));
}, 120_000);

interface Host {
  readonly give?: (count: number) => unknown;
  readonly names?: (count: number) => unknown;
}

const builderOf = (budget: Budget, { give = () => [], names = () => [] }: Host = {}): InstanceBuilder =>
  runtime
    .instance(component)
    .budget(budget)
    .linkHost((linker) =>
      linker
        .func("give", give)
        .func("names", names)
        .func("take", () => undefined)
        .func("take-all", () => undefined),
    );

const instanceOf = (budget: Budget, host?: Host): Promise<InstanceHandle> => builderOf(budget, host).instantiate();

/** Of one item, by how many fit. */
const itemBytes: Readonly<Record<Exclude<keyof typeof resultTypes, "pages">, number>> = {
  results: 1 + 16 + 80,
  lists: 8 + 16 + 512,
  tuples: 1 + 16 + 104,
  strings: 8 + 16 + 128,
  bools: 1 + 16,
  chars: 4 + 16 + 48,
  flags: 1 + 16 + 80,
  options: 2 + 16,
  nested: 3 + 16 + 80,
  variants: 16 + 16 + 80 + 48,
  records: 12 + 16 + 80 + 512,
  tables: 8 + 16 + 256,
  maps: 2 + 64,
  blocks: 8 + 16 + 512 + 8,
  rows: 4 + 16 + 256 + 4 * 16,
  numbers: 1,
};

test.each(Object.entries(itemBytes))("an item of '%s' is %d bytes of a message", async (name, bytes) => {
  const limit = 100 * bytes;
  const instance = await instanceOf({ maxMessageBytes: limit });
  await instance.call(name, [100]);
  const end = await failureOf(instance.call(name, [101]));
  expect(end).toMatchObject({ field: "maxMessageBytes", limit, used: 101 * bytes });
  expect(instance.state).toBe("exhausted");
});

test("long lists of a fixed length count where they are made", async () => {
  const [item, items] = [5000 + 16 + 512, 5000];
  const instance = await instanceOf({ maxMessageBytes: 100 * (item + items) - 1 });
  expect(await instance.call("pages", [99])).toHaveLength(99);
  expect(await failureOf(instance.call("pages", [100]))).toMatchObject({ used: 100 * (item + items) });
});

test("what is too much is not made first", async () => {
  const count = wrongAt + 1;
  const instance = await instanceOf({ maxMessageBytes: itemBytes.results * count - 1 });
  // Whoever made the items would find the one that is none.
  expect(thrownBy(() => instance.func("results")(count))).toMatchObject({
    field: "maxMessageBytes",
    used: itemBytes.results * count,
  });
});

const now = performance.now.bind(performance);
afterEach(() => {
  performance.now = now;
});

/** A clock that runs a millisecond a look. */
function countingClock(): void {
  let ms = 1000;
  performance.now = () => (ms += 1);
}

const long = { maxMessageBytes: 1 << 30 };

test.each(["results", "tables", "lists", "strings"])("time is looked at while '%s' are lifted", async (name) => {
  const instance = await instanceOf({ ...long, wallMs: 200 });
  expect(await instance.call(name, [10])).toHaveLength(10);
  countingClock();
  const end = await failureOf(instance.call(name, [1_000_000]));
  expect(end).toBeInstanceOf(BudgetExhausted);
  expect(end).toMatchObject({ field: "wallMs", limit: 200 });
  expect(instance.state).toBe("exhausted");
});

test("the time of one call ends it too", async () => {
  const instance = await instanceOf(long);
  countingClock();
  const end = await failureOf(instance.call("results", [1_000_000], { timeoutMs: 200 }));
  expect(end).toMatchObject({ code: "deadline" });
});

test("time is looked at while items are lowered", async () => {
  let ms = 1000;
  performance.now = () => ms;
  const instance = await instanceOf({ ...long, wallMs: 200 });
  let marks = 0;
  const item = {
    get a(): boolean {
      marks += 1;
      ms += 1;
      return true;
    },
  };
  const end = await failureOf(instance.call("mark", [Array.from({ length: 5000 }, () => item)]));
  expect(end).toMatchObject({ field: "wallMs", limit: 200 });
  expect(marks).toBeLessThan(1100);
});

test("whoever may interrupt a guest is asked while its values are lifted", async () => {
  let isEnough = false;
  const instance = await builderOf(long)
    .interruptBy(() => (isEnough ? new Error("enough") : undefined))
    .instantiate();
  expect(await instance.call("results", [10])).toHaveLength(10);
  isEnough = true;
  expect(await failureOf(instance.call("results", [1_000_000]))).toMatchObject({ code: "cancelled" });
});

test("and not much more often than every few milliseconds", async () => {
  let asked = 0;
  const instance = await builderOf(long)
    .interruptBy(() => void (asked += 1))
    .instantiate();
  performance.now = () => 1000;
  expect(await instance.call("results", [1_000_000])).toHaveLength(1_000_000);
  // By slices of fuel, which know no time, and once for the list.
  expect(asked).toBeLessThan(10);
  asked = 0;
  countingClock();
  expect(await instance.call("results", [1_000_000])).toHaveLength(1_000_000);
  expect(asked).toBeGreaterThan(200);
});

test("nobody looks where no time is limited", async () => {
  const instance = await instanceOf(long);
  const results = instance.func("results");
  results(10);
  let looks = 0;
  performance.now = () => (looks += 1);
  expect(results(100_000)).toHaveLength(100_000);
  expect(looks).toBeLessThan(10);
});

/** What a call costs beside the smallest one. */
async function costs(name: string, counts: readonly number[], host: Host = {}): Promise<number[]> {
  const instance = await instanceOf({ ...long, fuel: 1n << 40n }, host);
  const used: number[] = [];
  for (const count of [0, ...counts]) {
    const before = instance.usage().fuel;
    await instance.call(name, [count]);
    used.push(Number(instance.usage().fuel - before));
  }
  const [least = 0, ...rest] = used;
  return rest.map((cost) => cost - least);
}

test("what is lifted is paid for, if it is large", async () => {
  const sizes = [4096, 4097, 8000, 1_000_000];
  expect(await costs("numbers", sizes)).toEqual([0, 512, 1000, 125_000]);
  expect(await costs("take", sizes)).toEqual([0, 512, 1000, 125_000]);
  expect(await costs("results", [42, 43, 1000])).toEqual([0, Math.floor((43 * 97) / 8), (1000 * 97) / 8]);
  expect(await costs("take-all", [100, 1000])).toEqual([0, (1000 * 17) / 8]);
});

test("what is lowered is paid for by bytes, and by items", async () => {
  for (const [size, cost] of [
    [4096, 0],
    [4097, 512],
    [1_000_000, 125_000],
  ] as const) {
    const give = (count: number): Uint8Array => new Uint8Array(count * size);
    expect(await costs("give", [1], { give })).toEqual([cost]);
  }
  const names = (length: number): boolean[] => Array.from({ length }, () => true);
  expect(await costs("names", [512, 513, 1000], { names })).toEqual([0, 513, 1000]);
});

test("what the host gives by itself costs the guest nothing", async () => {
  const instance = await instanceOf({ fuel: 1n << 40n });
  await instance.call("count", [[true]]);
  const { fuel } = instance.usage();
  await instance.call("count", [Array.from({ length: 10_000 }, () => true)]);
  expect(instance.usage().fuel).toBe(2n * fuel);
});

test("who cannot pay ends, whatever it catches, and nothing is copied", async () => {
  const bytes = new Uint8Array(1_000_000);
  let calls = 0;
  const give = (): Uint8Array => {
    calls += 1;
    return bytes;
  };
  const instance = await instanceOf({ fuel: 1_000_000n }, { give });
  const end = thrownBy(() => instance.func("give-always")(1));
  expect(end).toBeInstanceOf(BudgetExhausted);
  expect(end).toMatchObject({ field: "fuel", limit: 1_000_000n });
  expect([calls, instance.state]).toEqual([8, "exhausted"]);
  const poor = await instanceOf({ fuel: 100_000n });
  expect(await failureOf(poor.call("numbers", [1_000_000]))).toMatchObject({ field: "fuel", limit: 100_000n });
  expect(poor.state).toBe("exhausted");
});
