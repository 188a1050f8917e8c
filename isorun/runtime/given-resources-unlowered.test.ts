/** The host's own objects in an answer of which not all comes to the guest: each is dropped once, by whoever ends it. */
import { expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const names = ["list", "pair", "rows", "nested"] as const;
type Name = (typeof names)[number];

const types: Readonly<Record<Name, string>> = {
  list: "(list (own $h))",
  pair: "(tuple (own $h) char)",
  rows: "(list (tuple (own $h) char))",
  nested: "(tuple (own $h) (list (own $h)) (own $h))",
};

const each = (text: (name: Name) => string): string => names.map(text).join("\n");

/** Asks for the value, and keeps it. */
const textWith = (realloc: string): string => `(component
  (import "h" (type $h (sub resource)))
  ${each((name) => `(import "${name}" (func $${name} (result ${types[name]})))`)}
  (core module $mm (memory (export "mem") 1) (global $g (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) ${realloc}))
  (core instance $mi (instantiate $mm))
  ${each((name) => `(core func $${name}' (canon lower (func $${name}) (memory (core memory $mi "mem")) (realloc (core func $mi "realloc"))))`)}
  (core module $m
    ${each((name) => `(import "" "${name}" (func $${name} (param i32)))`)}
    ${each((name) => `(func (export "${name}") (call $${name} (i32.const 0)))`)})
  (core instance $i (instantiate $m (with "" (instance
    ${each((name) => `(export "${name}" (func $${name}'))`)}))))
  ${each((name) => `(func (export "run-${name}") (canon lift (core func $i "${name}")))`)})`;

const text = textWith("(global.set $g (i32.add (global.get $g) (i32.const 64))) (global.get $g)");
const trapping = textWith("unreachable");
const runtime = new Runtime();
const load = async (of: string) => runtime.load((await assemble([text, trapping]))(of));

interface Case {
  readonly name: Name;
  readonly value: unknown;
  readonly end?: (instance: InstanceHandle, controller: AbortController) => void;
  readonly budget?: Budget;
  readonly text?: string;
  readonly isLater?: boolean;
}

interface Ended {
  readonly dropped: readonly unknown[];
  readonly code: unknown;
}

async function run({ name, value, end, budget = {}, text: of = text, isLater = false }: Case): Promise<Ended> {
  const dropped: string[] = [];
  const controller = new AbortController();
  // Not async, which would make a promise of each answer.
  // oxlint-disable-next-line promise-function-async
  const give = (): unknown => {
    if (isLater) return Promise.resolve(value);
    end?.(instance, controller);
    return value;
  };
  const instance: InstanceHandle = await runtime
    .instance(await load(of))
    .budget(budget)
    .linkHost((linker) => {
      linker.resource("h", { drop: (dropping: unknown) => void dropped.push(String(dropping)) });
      for (const imported of names) linker.func(imported, give);
    })
    .instantiate();
  const { signal } = controller;
  const failure: unknown = await instance.call(`run-${name}`, [], { signal }).catch((error: unknown) => error);
  await instance.terminate();
  expect(instance.usage().handles).toBe(0);
  return {
    dropped: dropped.toSorted((one, other) => (one < other ? -1 : 1)),
    code: Reflect.get(Object(failure), "code"),
  };
}

const values: Readonly<Record<Name, { readonly value: unknown; readonly owned: readonly string[] }>> = {
  list: { value: ["a", "b"], owned: ["a", "b"] },
  pair: { value: ["a", "x"], owned: ["a"] },
  rows: {
    value: [
      ["a", "x"],
      ["b", "y"],
    ],
    owned: ["a", "b"],
  },
  nested: { value: ["a", ["b", "c"], "d"], owned: ["a", "b", "c", "d"] },
};

/** Longer than `wallMs` below. */
function spin(): void {
  const until = performance.now() + 160;
  while (performance.now() < until);
}

const ends: readonly (readonly [string, Pick<Case, "end" | "budget">, string])[] = [
  ["aborts", { end: (_, controller) => controller.abort() }, "cancelled"],
  ["terminates", { end: (instance) => void instance.terminate() }, "terminated"],
  ["takes too long for", { end: spin, budget: { wallMs: 150 } }, "budget-exhausted"],
];

test.each(ends.flatMap((end) => names.map((name) => [...end, name] as const)))(
  "an answer at once in a call that its host function %s is dropped",
  async (_, how, code, name) => {
    const { value, owned } = values[name];
    expect(await run({ name, value, ...how })).toEqual({ dropped: [...owned], code });
  },
);

test.each([false, true])("what a budget leaves no room for is dropped, once (by a promise: %p)", async (isLater) => {
  const value = ["a", "b", "c", "d"];
  const code = "budget-exhausted";
  for (const budget of [{ maxHandles: 0 }, { maxHandles: 1 }, { maxHandles: 3 }, { maxMessageBytes: 8 }]) {
    expect(await run({ name: "list", value, budget, isLater })).toEqual({ dropped: value, code });
  }
  const nested = ["a", ["b", "c"], "d"];
  for (const maxHandles of [1, 2, 3]) {
    expect(await run({ name: "nested", value: nested, budget: { maxHandles }, isLater })).toEqual({
      dropped: value,
      code,
    });
  }
});

test.each([false, true])("what the guest's allocator fails for is dropped (by a promise: %p)", async (isLater) => {
  for (const name of ["list", "nested"] as const) {
    const { value, owned } = values[name];
    expect(await run({ name, value, text: trapping, isLater })).toEqual({ dropped: [...owned], code: "trap" });
  }
});

test("the same object given twice is dropped twice, and none that came to the guest again", async () => {
  const budget = { maxHandles: 2 };
  const { dropped } = await run({ name: "list", value: ["a", "a", "a"], budget });
  expect(dropped).toEqual(["a", "a", "a"]);
  expect(await run({ name: "list", value: ["a", "b"], budget })).toEqual({ dropped: ["a", "b"], code: undefined });
});

test("what stands behind a part that is refused stays the host's", async () => {
  const value = [
    ["a", "x"],
    ["b", 5],
    ["c", "y"],
  ];
  expect(await run({ name: "rows", value })).toEqual({ dropped: ["a", "b"], code: "trap" });
});
