/**
 * What nobody takes of a host's answer is dropped as the lowering of it reads: by the same names, of the same values, whatever
 * has items, and each once.
 */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const types = {
  inherited: `(record (field "constructor" (option (own $h))) (field "b" (own $h)))`,
  named: `(record (field "to-string" (option (own $h))) (field "x" u32))`,
  fields: `(record (field "a" (own $h)) (field "b" (own $h)) (field "c" (own $h)))`,
  cases: `(variant (case "a" (own $h)) (case "b" (tuple (own $h) (own $h))))`,
  tuple: `(tuple (own $h) (own $h))`,
  one: `(tuple (own $h))`,
  fixed: `(list (own $h) 2)`,
  map: `(map u32 (own $h))`,
  list: `(list (own $h))`,
  nested: `(tuple (own $h) (list (own $h)) (own $h))`,
  deep: `(tuple (option (option (own $h))) (result (own $h) (error (own $h))) (own $h))`,
} as const;
type Name = keyof typeof types;

const names = Object.keys(types) as Name[];
const defined = new Set<Name>(["inherited", "named", "fields", "cases"]);
const hasOne = (name: Name): boolean => name === "one";

/** @param at where the guest wants what does not fit one value */
const textOf = (name: Name, at: number): string => `(component
  (import "h" (type $h (sub resource)))
  ${defined.has(name) ? `(type $t' ${types[name]}) (import "t" (type $t (eq $t')))` : ""}
  (import "get" (func $get (result ${defined.has(name) ? "$t" : types[name]})))
  (core module $mm (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $mi (instantiate $mm))
  (core func $get' (canon lower (func $get) (memory (core memory $mi "mem")) (realloc (core func $mi "realloc"))))
  (core module $m
    (import "" "get" (func $get ${hasOne(name) ? "(result i32)" : "(param i32)"}))
    (func (export "run") ${hasOne(name) ? "(drop (call $get))" : `(call $get (i32.const ${at}))`}))
  (core instance $i (instantiate $m (with "" (instance (export "get" (func $get'))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

const runtime = new Runtime();
const components = new Map<string, Component>();
const wrong = 0x100000;

beforeAll(async () => {
  const texts = names.flatMap((name) => [0, wrong].map((at) => [`${name} ${at}`, textOf(name, at)] as const));
  const read = await assemble(texts.map(([, text]) => text));
  for (const [key, text] of texts) components.set(key, await runtime.load(read(text)));
}, 120_000);

type How = "late" | "aborted" | Budget;

interface Given {
  readonly name: Name;
  readonly value: () => unknown;
  readonly how: How;
  readonly at?: number;
}

/** All that was dropped when the instance has ended. */
async function droppedOf({ name, value, how, at = 0 }: Given): Promise<readonly unknown[]> {
  const dropped: unknown[] = [];
  const controller = new AbortController();
  const asked = Promise.withResolvers<void>();
  const late = Promise.withResolvers<unknown>();
  const component = components.get(`${name} ${at}`);
  if (component === undefined) throw new Error("each was loaded");
  const instance: InstanceHandle = await runtime
    .instance(component)
    .budget(typeof how === "string" ? {} : how)
    .linkHost((linker) => {
      linker.resource("h", { drop: (dropping: unknown) => void dropped.push(dropping) });
      linker.func("get", () => {
        asked.resolve();
        if (how === "aborted") controller.abort();
        return how === "late" ? late.promise : value();
      });
    })
    .instantiate();
  const call = instance.call("run", [], { signal: controller.signal }).catch((error: unknown) => error);
  await asked.promise;
  if (how === "late") {
    controller.abort();
    late.resolve(value());
  }
  expect(await call).toHaveProperty("code");
  if (how === "late") await late.promise;
  await instance.terminate();
  return dropped;
}

const sortedOf = async (given: Given): Promise<readonly string[]> =>
  (await droppedOf(given)).map(String).toSorted((one, other) => (one < other ? -1 : 1));

const spent = [0, 1, 2, 3].map((maxHandles): How => ({ maxHandles }));
const ends: readonly How[] = ["late", "aborted"];

test.each([...ends, { maxHandles: 0 }])("only a field that a record has is one (%j)", async (how) => {
  expect(await droppedOf({ name: "inherited", value: () => ({ b: "B" }), how })).toEqual(["B"]);
  if (typeof how === "string") expect(await droppedOf({ name: "named", value: () => ({ x: 1 }), how })).toEqual([]);
});

test.each(ends)("what has no such parts owns nothing (%s)", async (how) => {
  for (const name of names) {
    if (name === "one") continue;
    for (const value of [undefined, null, 42, "ab", () => undefined]) {
      expect([name, value, await droppedOf({ name, value: () => value, how })]).toEqual([name, value, []]);
    }
  }
  for (const value of [{ tag: "constructor", val: "a" }, { tag: ["a"], val: "a" }, { tag: "b", val: "ab" }, {}]) {
    expect(await droppedOf({ name: "cases", value: () => value, how })).toEqual([]);
  }
});

test.each(ends)("whatever has as many items is a tuple (%s)", async (how) => {
  for (const name of ["tuple", "fixed"] as const) {
    expect(await droppedOf({ name, value: () => new Set(["a", "b"]), how })).toEqual(["a", "b"]);
    expect(await droppedOf({ name, value: () => new Set(["a", "b", "c"]), how })).toEqual([]);
    expect(await droppedOf({ name, value: () => ["a"], how })).toEqual([]);
  }
  expect(await droppedOf({ name: "one", value: () => new Set(["a"]), how })).toEqual(["a"]);
});

const pairs = [
  [1, "a"],
  [2, "b"],
  [3, "c"],
  [4, "d"],
];

test.each([...ends, ...spent])("pairs are a map, however they are given (%j)", async (how) => {
  for (const value of [() => pairs, () => new Map(pairs as [number, string][]), () => new Set(pairs)]) {
    expect(await sortedOf({ name: "map", value, how })).toEqual(["a", "b", "c", "d"]);
  }
});

test.each([...ends, ...spent])("a set is a list, also before other parts (%j)", async (how) => {
  const list = { name: "list", value: () => new Set(["a", "b", "c", "d"]), how } as const;
  expect(await sortedOf(list)).toEqual(["a", "b", "c", "d"]);
  const nested = { name: "nested", value: () => ["a", new Set(["b", "c"]), "d"], how } as const;
  expect(await sortedOf(nested)).toEqual(["a", "b", "c", "d"]);
});

// Without room for the first, the list is not read: it could be endless, and stays the host's.
test.each(spent.slice(1))("what was read of an iterable that can be read once is dropped (%j)", async (how) => {
  const value = (): unknown => ["a", ["b", "c"].values(), "d"].values();
  expect(await sortedOf({ name: "nested", value, how })).toEqual(["a", "b", "c", "d"]);
});

test.each([...ends, { maxHandles: 0 }, { maxHandles: 1 }, { maxHandles: 2 }])(
  "a getter makes one object, which is dropped once (%j)",
  async (how) => {
    const made: object[] = [];
    const make = (): object => made[made.push({ made: made.length }) - 1] ?? {};
    const value = (): unknown => ({
      get a() {
        return make();
      },
      get b() {
        return make();
      },
      get c() {
        return make();
      },
    });
    const dropped = await droppedOf({ name: "fields", value, how });
    expect(made).toHaveLength(3);
    expect(new Set(dropped)).toEqual(new Set(made));
    expect(dropped).toHaveLength(3);
  },
);

test.each([...ends, { maxHandles: 0 }, { maxHandles: 1 }, { maxHandles: 2 }])(
  "payloads are read by their tags (%j)",
  async (how) => {
    const value = (): unknown => [{ tag: "some", val: "a" }, { tag: "err", val: "b" }, "c"];
    expect(await sortedOf({ name: "deep", value, how })).toEqual(["a", "b", "c"]);
  },
);

test("an answer for which the guest names no place is dropped", async () => {
  for (const [name, value] of [
    ["tuple", ["a", "b"]],
    ["list", ["a", "b"]],
    ["cases", { tag: "b", val: ["a", "b"] }],
  ] as const) {
    expect(await droppedOf({ name, value: () => value, how: {}, at: wrong })).toEqual(["a", "b"]);
  }
});
