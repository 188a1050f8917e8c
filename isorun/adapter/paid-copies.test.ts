/** What is passed between components is paid for by size, and clocks are looked at while it is copied. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "../runtime/component.ts";
import type { InstanceHandle } from "../runtime/instance-handle.ts";
import { Runtime } from "../runtime/runtime.ts";

/** Of all that is passed: memories of zeros, and an allocator that has one place for everything. */
const memory = `(memory (export "m") 400)
  (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 16))`;

const parameters = {
  bytes: "(list u8)",
  words: "(list u64)",
  results: "(list (result))",
  pairs: "(list (tuple u8 u32))",
  wide: "(list (tuple u64 u64 bool))",
  text: "string",
  lists: "(list (list u8))",
  map: "(map u8 bool)",
} as const;

type Kind = keyof typeof parameters;
const kinds = Object.keys(parameters) as Kind[];

const typeOf = (kind: Kind): string => `(func (param "x" ${parameters[kind]}) (result u32))`;

/** Takes a value of `kind`, as UTF-8. */
const taker = `(component
  (core module $m ${memory} (func (export "f") (param i32 i32) (result i32) (local.get 1)))
  (core instance $m (instantiate $m))
  ${kinds
    .map((kind) => {
      const options = '(memory (core memory $m "m")) (realloc (core func $m "r"))';
      return `(func (export "${kind}") (param "x" ${parameters[kind]}) (result u32)
        (canon lift (core func $m "f") ${options}))`;
    })
    .join("\n")})`;

/** Gives one `rounds` times, which begins at `at` and is said to have `length` items. */
const giverOf = (encoding: string): string => `(component
  (import "test:app/take" (instance $t ${kinds.map((kind) => `(export "${kind}" ${typeOf(kind)})`).join(" ")}))
  (core module $l ${memory})
  (core instance $l (instantiate $l))
  ${kinds
    .map(
      (kind) => `(core func $${kind} (canon lower (func $t "${kind}") (memory (core memory $l "m")) ${encoding}))
        (core module $${kind}
          (import "" "f" (func $f (param i32 i32) (result i32)))
          (import "" "m" (memory 400))
          (func (export "f") (param $at i32) (param $length i32) (param $rounds i32)
            ;; The lists in lists have 136 bytes each.
            (if (i32.eq (local.get $at) (i32.const 8)) (then (i32.store (i32.const 12) (i32.const 136))))
            (loop $again
              (block (try_table (catch_all 0) (drop (call $f (local.get $at) (local.get $length)))))
              (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
              (br_if $again (local.get $rounds)))))
        (core instance $${kind} (instantiate $${kind} (with "" (instance
          (export "f" (func $${kind})) (export "m" (memory $l "m"))))))
        (func (export "${kind}") (param "at" u32) (param "length" u32) (param "rounds" u32)
          (canon lift (core func $${kind} "f")))`,
    )
    .join("\n")})`;

const utf8 = giverOf("string-encoding=utf8");
const utf16 = giverOf("string-encoding=utf16");

function inside(component: string): string {
  return component.slice("(component".length);
}

const within = (giver: string): string => `(component
  (component $taker ${inside(taker)}
  (component $giver ${inside(giver)}
  (instance $t (instantiate $taker))
  (instance $g (instantiate $giver (with "test:app/take" (instance $t))))
  ${kinds.map((kind) => `(export "${kind}" (func $g "${kind}"))`).join(" ")})`;

const answers = `(component
  (core module $m ${memory}
    (func (export "f") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 0x10000))
      (i32.store (i32.const 4) (local.get 0))
      (i32.const 0)))
  (core instance $m (instantiate $m))
  (func (export "bytes") (param "length" u32) (result (list u8))
    (canon lift (core func $m "f") (memory (core memory $m "m"))))
  (func (export "text") (param "length" u32) (result string)
    (canon lift (core func $m "f") (memory (core memory $m "m")))))`;

/** Asks for a list of so many bytes, or for a string. */
const asks = `(component
  (import "test:app/give" (instance $a
    (export "bytes" (func (param "length" u32) (result (list u8))))
    (export "text" (func (param "length" u32) (result string)))))
  (core module $l ${memory})
  (core instance $l (instantiate $l))
  (core func $bytes (canon lower (func $a "bytes") (memory (core memory $l "m")) (realloc (core func $l "r"))))
  (core func $text (canon lower (func $a "text") (memory (core memory $l "m")) (realloc (core func $l "r"))
    string-encoding=utf16))
  (core module $m
    (import "" "bytes" (func $bytes (param i32 i32)))
    (import "" "text" (func $text (param i32 i32)))
    (func (export "bytes") (param i32) (call $bytes (local.get 0) (i32.const 0)))
    (func (export "text") (param i32) (call $text (local.get 0) (i32.const 0))))
  (core instance $m (instantiate $m (with "" (instance (export "bytes" (func $bytes)) (export "text" (func $text))))))
  (func (export "bytes") (param "length" u32) (canon lift (core func $m "bytes")))
  (func (export "text") (param "length" u32) (canon lift (core func $m "text"))))`;

const asking = `(component
  (component $answers ${inside(answers)}
  (component $asks ${inside(asks)}
  (instance $answers (instantiate $answers))
  (instance $asks (instantiate $asks (with "test:app/give" (instance $answers))))
  (export "bytes" (func $asks "bytes"))
  (export "text" (func $asks "text")))`;

/** As others link it. */
const shown = (name: string, text: string): string => `(component
  (component $shown ${inside(text)}
  (instance $shown (instantiate $shown))
  (export "${name}" (instance $shown)))`;

const takes = shown("test:app/take", taker);
const gives = shown("test:app/give", answers);

const runtime = new Runtime();
let componentOf: (text: string) => Component;

beforeAll(async () => {
  const texts = [utf8, within(utf8), within(utf16), asking, takes, asks, gives];
  const read = await assemble(texts);
  const loaded = await Promise.all(texts.map(async (text) => [text, await runtime.load(read(text))] as const));
  const known = new Map(loaded);
  componentOf = (text) => {
    const component = known.get(text);
    if (component === undefined) throw new Error("this text was not loaded");
    return component;
  };
}, 120_000);

const made = (text: string, budget: Budget): Promise<InstanceHandle> =>
  runtime.instance(componentOf(text)).budget(budget).instantiate();

async function fuelOf(instance: InstanceHandle, name: string, args: readonly number[]): Promise<number> {
  const before = instance.usage().fuel;
  await instance.call(name, args);
  return Number(instance.usage().fuel - before);
}

/** What more items cost than none. */
const priceOf = async (instance: InstanceHandle, name: string, ...[at, length]: readonly [number, number]) =>
  (await fuelOf(instance, name, [at, length, 1])) - (await fuelOf(instance, name, [0, 0, 1]));

const plenty: Budget = { fuel: 1n << 40n };

test("arguments are paid for by bytes, and by items where they are copied one by one", async () => {
  const instance = await made(within(utf8), plenty);
  const prices = {
    bytes: [128, 129, 4096, 1_310_720],
    words: [16, 17, 100_000],
    results: [1, 128, 1_000_000],
    pairs: [1, 1025, 100_000],
    wide: [1, 341, 342, 100_000],
    text: [128, 136, 1_000_007],
    lists: [1, 100_000],
    map: [1, 100_000],
  } satisfies Record<Kind, number[]>;
  const found: Record<string, number[]> = {};
  for (const kind of kinds) {
    found[kind] = [];
    for (const length of prices[kind]) found[kind].push(await priceOf(instance, kind, 0, length));
  }
  expect(found).toEqual({
    bytes: [0, 16, 512, 163_840],
    words: [0, 17, 100_000],
    results: [1, 128, 1_000_000],
    pairs: [1, 1025, 100_000],
    wide: [3, 1023, 1026, 300_000],
    text: [0, 17, 125_000],
    // The allocator pays as well.
    lists: [2, 200_000],
    map: [1, 100_000],
  });
  // One of them has 136 bytes.
  expect(await priceOf(instance, "lists", 8, 100)).toBe(217);
});

test("a string that is written in another encoding is paid for by code units", async () => {
  const instance = await made(within(utf16), plenty);
  const prices: number[] = [];
  for (const units of [64, 65, 1000, 1_000_000]) prices.push(await priceOf(instance, "text", 0, units));
  expect(prices).toEqual([0, 65, 1000, 1_000_000]);
});

test("results are paid for as arguments are", async () => {
  const instance = await made(asking, plenty);
  const prices: Record<string, number[]> = { bytes: [], text: [] };
  for (const name of ["bytes", "text"]) {
    const none = await fuelOf(instance, name, [0]);
    for (const length of [128, 129, 1_000_000]) prices[name]?.push((await fuelOf(instance, name, [length])) - none);
  }
  expect(prices).toEqual({ bytes: [0, 16, 125_000], text: [0, 129, 1_000_000] });
});

test("what there is no fuel for is not copied", async () => {
  for (const [kind, length] of [
    ["bytes", 20_000_000],
    ["results", 20_000_000],
    ["text", 20_000_000],
  ] as const) {
    for (const text of [within(utf8), within(utf16)]) {
      const instance = await made(text, { fuel: 100_000n });
      const end = await failureOf(instance.call(kind, [0, kind === "text" ? length / 2 : length, 400]));
      expect(end).toBeInstanceOf(BudgetExhausted);
      expect(end).toMatchObject({ field: "fuel", limit: 100_000n });
      expect(instance.state).toBe("exhausted");
    }
  }
});

/** Takes a second, if nobody looks. */
const long = { bytes: [0, 20_000_000, 400], pairs: [0, 2_500_000, 400], text: [0, 20_000_000, 400] };

test("clocks are looked at while many large values are passed", async () => {
  for (const [kind, args] of Object.entries(long)) {
    const late = await made(within(utf8), { wallMs: 20 });
    expect(await failureOf(late.call(kind, args))).toMatchObject({ field: "wallMs", limit: 20 });
    const given = await made(within(utf8), plenty);
    expect(await failureOf(given.call(kind, args, { timeoutMs: 20 }))).toMatchObject({ code: "deadline" });
    let looks = 0;
    const impatient = (): Error | undefined => (++looks === 3 ? new Error("enough") : undefined);
    const instance = await runtime
      .instance(componentOf(within(utf8)))
      .interruptBy(impatient)
      .instantiate();
    expect(await failureOf(instance.call(kind, args))).toMatchObject({ code: "cancelled" });
    expect([late.state, given.state, instance.state]).toEqual(["exhausted", "trapped", "trapped"]);
  }
});

test("and within one, if there is much to do for each of its items", async () => {
  let looks = 0;
  const counting = (): undefined => void (looks += 1);
  const instance = await runtime
    .instance(componentOf(within(utf8)))
    .budget(plenty)
    .interruptBy(counting)
    .instantiate();
  await instance.call("lists", [0, 2_500_000, 1]);
  expect(looks).toBeGreaterThanOrEqual(2);
});

interface Linked {
  readonly caller: InstanceHandle;
  readonly callee: InstanceHandle;
}

/** One that gives a list of bytes, or one that asks for it. */
async function linked(direction: "in" | "out", { caller, callee }: Record<keyof Linked, Budget>): Promise<Linked> {
  const [calls, called, name] = direction === "in" ? [utf8, takes, "test:app/take"] : [asks, gives, "test:app/give"];
  const linkedTo = await made(called, callee);
  const builder = runtime.instance(componentOf(calls)).budget(caller);
  return { callee: linkedTo, caller: await builder.linkLocal(name, linkedTo).instantiate() };
}

const argsOf = (direction: "in" | "out", length: number): number[] =>
  direction === "in" ? [0x10000, length, 1] : [length];

test("between instances who calls pays, in both directions, or else who is called", async () => {
  for (const direction of ["in", "out"] as const) {
    const prices: Record<string, number[]> = {};
    for (const [who, budgets] of Object.entries({
      both: { caller: plenty, callee: plenty },
      caller: { caller: plenty, callee: {} },
      callee: { caller: {}, callee: plenty },
    })) {
      const { caller, callee } = await linked(direction, budgets);
      const usage = (): number[] => [Number(caller.usage().fuel), Number(callee.usage().fuel)];
      await caller.call("bytes", argsOf(direction, 0));
      const none = usage();
      await caller.call("bytes", argsOf(direction, 8_000_000));
      prices[who] = usage().map((fuel, index) => fuel - 2 * (none[index] ?? 0));
    }
    expect(prices).toEqual({ both: [1_000_000, 0], caller: [1_000_000, 0], callee: [0, 1_000_000] });
  }
});

test("a caller without fuel for what it gives or is given ends alone", async () => {
  for (const direction of ["in", "out"] as const) {
    const { caller, callee } = await linked(direction, { caller: { fuel: 10_000n }, callee: plenty });
    const end = await failureOf(caller.call("bytes", argsOf(direction, 8_000_000)));
    expect(end).toMatchObject({ code: "budget-exhausted", field: "fuel", limit: 10_000n });
    expect([caller.state, callee.state]).toEqual(["exhausted", "ready"]);
    const other = runtime.instance(componentOf(direction === "in" ? utf8 : asks)).budget(plenty);
    const next = await other.linkLocal(direction === "in" ? "test:app/take" : "test:app/give", callee).instantiate();
    await next.call("bytes", argsOf(direction, 8_000_000));
  }
});

test("where who is called pays, both end", async () => {
  for (const direction of ["in", "out"] as const) {
    const { caller, callee } = await linked(direction, { caller: {}, callee: { fuel: 10_000n } });
    const end = await failureOf(caller.call("bytes", argsOf(direction, 8_000_000)));
    expect(end).toMatchObject({ code: "budget-exhausted", field: "fuel", limit: 10_000n });
    expect([caller.state, callee.state]).toEqual(["trapped", "exhausted"]);
  }
});

test("who catches all it can does not go on without fuel", async () => {
  const instance = await made(within(utf8), { fuel: 10_000n });
  expect(await failureOf(instance.call("bytes", [0, 8_000_000, 400]))).toMatchObject({ field: "fuel" });
  expect(await failureOf(instance.call("bytes", [0, 1, 1]))).toMatchObject({ code: "cannot-enter" });
});
