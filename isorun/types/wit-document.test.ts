/** WIT of types that are long: what has no name is written where it stands, up to a length. */
import { expect, test } from "bun:test";
import { func, list, primitive, record, string, tuple } from "../wave/testing/types.ts";
import { type ExternType, newResource, type ValueType } from "./component-types.ts";
import { formatFuncType, lettersMax } from "./wit.ts";
import { documentLettersMax, formatWorld } from "./wit-document.ts";

const pair = (inner: ValueType): ValueType => tuple(inner, inner);
const nest = (levels: number): ValueType =>
  Array.from({ length: levels }).reduce<ValueType>((inner) => pair(inner), string);
const long = nest(17);
const worldOf = (exports: Readonly<Record<string, ExternType>>): string =>
  formatWorld({ imports: new Map(), exports: new Map(Object.entries(exports)) });
const instanceOf = (exports: Readonly<Record<string, ExternType>>): ExternType => ({
  kind: "instance",
  exports: new Map(Object.entries(exports)),
  resources: [],
});

test("a function whose types have no names and are too long is a comment, and the others stand", () => {
  const wit = worldOf({ one: func({ x: string }), two: func({ x: long }), three: func({ x: nest(3) }) });
  expect(wit).toContain("\n  export one: func(x: string);\n");
  expect(wit).toMatch(/\n {2}\/\/ export two: func\(x: tuple<[^\n]*…[^\n]*>\)\n/);
  expect(wit).toContain(`\n  export three: func(x: ${"tuple<".repeat(3)}string, string>`);
  expect(wit.length).toBeLessThan(1000);
});

test("a type that is too long is a comment, and so is what it is used by", () => {
  const named = record({ a: long });
  const wit = worldOf({
    "a:b/c": instanceOf({
      small: { kind: "type", type: record({ a: string }) },
      large: { kind: "type", type: named },
      use: func({ x: named }),
      other: func({ x: primitive("u8") }),
    }),
    "a:b/d": instanceOf({ large: { kind: "type", type: { ...named } } }),
  });
  expect(wit).toContain("record small {");
  expect(wit).not.toMatch(/^ *(record large|use)/m);
  expect(wit.match(/^ *\/\/ (large|use): /gm)).toHaveLength(3);
  expect(wit).toContain("other: func(x: u8);");
});

test("what has a name is written by it, however large it is", () => {
  const types = Array.from({ length: 17 }).reduce<ValueType[]>(
    (all) => [...all, record({ a: all.at(-1) ?? string, b: all.at(-1) ?? string })],
    [],
  );
  const items = types.map((type, index): [string, ExternType] => [`level${index}x`, { kind: "type", type }]);
  const wit = worldOf({
    "a:b/c": instanceOf({ ...Object.fromEntries(items), run: func({ x: list(types.at(-1) ?? string) }) }),
  });
  expect(wit).not.toContain("//");
  expect(wit).toContain("run: func(x: list<level16x>);");
});

test("messages have an end too", () => {
  expect(formatFuncType(func({ x: long })).length).toBeLessThan(2 * lettersMax);
  expect(formatFuncType(func({ x: long, y: long }))).toContain("…");
});

test("items that many share are written as far as there is room", () => {
  const label = "x".repeat(50_000);
  const count = 1000;
  const names = (prefix: string): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const run = func({ [label]: string });
  const items = (all: readonly string[]) => Object.fromEntries(all.map((name) => [name, run] as const));
  const resource = { kind: "type", type: { kind: "resource", resource: newResource() } } as const;
  const texts = [
    worldOf(items(names("f"))),
    worldOf({ "a:b/c": instanceOf(items(names("f"))) }),
    worldOf({ "a:b/c": instanceOf({ r: resource, ...items(names("[static]r.f")) }) }),
    worldOf(Object.fromEntries(names("a:b/c").map((name) => [name, instanceOf(items(names("f").slice(0, 2)))]))),
  ];
  for (const text of texts) {
    expect(text).toMatch(/\n *\/\/ … and \d+ more\n/);
    expect(text.length).toBeGreaterThan(documentLettersMax);
    expect(text.length).toBeLessThan(1.1 * documentLettersMax);
  }
});

test("many interfaces of one package", () => {
  const count = 20_000;
  const inner = instanceOf({ f: func({}) });
  const names = Array.from({ length: count }, (_, index) => `a:b/c${index}`);
  const wit = worldOf(Object.fromEntries(names.map((name) => [name, inner])));
  expect(wit.split("\n").filter((line) => line.startsWith("  interface c"))).toHaveLength(count);
});
