/** Declarations of components in which many things share what is long, or clash. */
import { expect, test } from "bun:test";
import type { ExternType } from "../types/component-types.ts";
import { func, record, string } from "../wave/testing/types.ts";
import { declarationLettersMax, formatDeclarations } from "./declarations.ts";

const formatExports = (exports: Readonly<Record<string, ExternType>>): string =>
  formatDeclarations({ imports: new Map(), exports: new Map(Object.entries(exports)) });
const instanceOf = (exports: Readonly<Record<string, ExternType>>): ExternType => ({
  kind: "instance",
  exports: new Map(Object.entries(exports)),
  resources: [],
});
const all = <T>(count: number, item: (index: number) => readonly [string, T]): Readonly<Record<string, T>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => item(index)));

test("each of many types of one name has a name of its own", () => {
  const count = 20_000;
  const type = { kind: "type", type: record({ a: string }) } as const;
  const text = formatExports(
    all(count, (index) => [`a:b${index}/c`, instanceOf({ t: { ...type, type: { ...type.type } } })]),
  );
  const names = [...text.matchAll(/^export type (\w+) = \{ "a"/gm)].map(([, name]) => name);
  expect(names.slice(0, 4)).toEqual(["T", "CT", "CT2", "CT3"]);
  expect(new Set(names).size).toBe(count);
});

test("items that many share are written as far as there is room, and the text is TypeScript", () => {
  const label = "x".repeat(50_000);
  const run = func({ [label]: string });
  const named = record({ [label]: string });
  const texts = [
    formatExports(all(1000, (index) => [`f${index}`, run])),
    formatExports({ "a:b/c": instanceOf(all(1000, (index) => [`f${index}`, run])) }),
    formatExports({
      ...all(1000, (index) => [`t${index}`, { kind: "type", type: { ...named } }]),
      use: func({ x: named }),
    }),
  ];
  for (const text of texts) {
    expect(text).toMatch(/\n *\/\/ … and \d+ more\n/);
    expect(text.length).toBeGreaterThan(declarationLettersMax);
    expect(() => new Bun.Transpiler({ loader: "ts" }).transformSync(text)).not.toThrow();
    expect(text.length).toBeLessThan(1.1 * declarationLettersMax);
  }
});

test("an export that would make a promise of what shows it is left out, and so it says", () => {
  const run = func({ x: string });
  const both = Object.fromEntries(["then", "add"].map((name) => [name, run]));
  const exports = { ...both, "a:b/c": instanceOf(both) };
  const lines = formatExports(exports).split("\n");
  expect(lines.filter((line) => line.includes("then"))).toEqual([
    '  /* "then", which would make a promise of this object, is called by its name: call("then") */',
    '    /* "then", which would make a promise of this object, is called by its name: call("a:b/c#then") */',
  ]);
  expect(lines.filter((line) => line.includes('"add"'))).toHaveLength(2);
  const given = formatDeclarations({ imports: new Map(Object.entries(exports)), exports: new Map() });
  expect(given.match(/readonly "then"/g)).toHaveLength(2);
});
