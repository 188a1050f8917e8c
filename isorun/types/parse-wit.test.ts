/** Texts of WIT as hosts state them: what is read, and what is refused, with its place. */
import { expect, test } from "bun:test";
import type { ExternType, InstanceType } from "./component-types.ts";
import { parseWit } from "./parse-wit.ts";
import { formatExternType, formatFuncType } from "./wit.ts";

const nothingElse = (_: unknown, fail: (problem: string) => never): never => fail("nothing else is stated");

function read(text: string): ReadonlyMap<string, InstanceType> {
  return parseWit(text, nothingElse);
}

/** Types of functions without the names of what they use. */
const writtenOut = (type: ExternType): string =>
  type.kind === "func" ? formatFuncType(type, new Map()) : formatExternType(type, { letters: 200 });

/** Of an interface `x` with these items, as messages write them. */
function itemsOf(items: string, behind = ""): Record<string, string> {
  const type = read(`package a:a; interface x { ${items} } ${behind}`).get("a:a/x");
  const written = [...(type?.exports ?? [])].map(([name, item]) => [name, writtenOut(item)]);
  return Object.fromEntries(written) as Record<string, string>; // pairs of texts
}

test("types of an interface that stands further down are used as those above", () => {
  const { f } = itemsOf("use y.{t as u}; f: func(a: u);", "interface y { use z.{t}; } interface z { type t = u8; }");
  expect(f).toBe("func(a: u8)");
  expect(itemsOf("use a:a/y.{t}; f: func(a: t);", "interface y { type t = string; }")["f"]).toBe("func(a: string)");
});

test("interfaces stand in the order of the text", () => {
  const names = read("package a:a@1.0.0-rc.1+b; interface x { use y.{t}; } interface y { type t = u8; }").keys();
  expect([...names]).toEqual(["a:a/x@1.0.0-rc.1+b", "a:a/y@1.0.0-rc.1+b"]);
});

test("what another package gives is asked for with its version, if one is written", () => {
  const asked: unknown[] = [];
  const text =
    "package a:a@1.0.0; interface x { use b:b/y@2.0.0-rc.1.{t}; use c:c:d/z.{t as u}; use a:a/x@0.9.0.{t as v}; }";
  const other = read("package b:b; interface y { type t = u8; }").get("b:b/y") as InstanceType; // as the text has it
  parseWit(text, (used) => {
    asked.push(used);
    return other;
  });
  expect(asked).toEqual([
    { base: "b:b", label: "y", version: "@2.0.0-rc.1" },
    { base: "c:c:d", label: "z", version: "" },
    { base: "a:a", label: "x", version: "@0.9.0" },
  ]);
});

test("comments stand anywhere, also within each other, and behind gates", () => {
  const text = `// ${"/".repeat(1000)}
    /* one /* in another */ */ package /**/ a:a;
    @since(version = 0.2.0) interface x { /// what it does
      @unstable(feature = abc) f: func() -> /* it */ u8; }`;
  expect([...read(text).keys()]).toEqual(["a:a/x"]);
});

test("types by all their names", () => {
  expect(
    itemsOf("f: func(a: list<u8, 4>, b: result, c: result<u8>, d: result<_, u8>, e: result<u8, string>);"),
  ).toEqual({
    f: "func(a: list<u8, 4>, b: result, c: result<u8>, d: result<_, u8>, e: result<u8, string>)",
  });
  expect(itemsOf("resource: func(); type %u8 = string; f: func(a: %u8, b: u8);")).toMatchObject({
    resource: "func()",
    f: "func(a: string, b: u8)",
  });
});

/** In `interface x` of a package `a:a@1.0.0`, which begins in line 1 and whose items are in line 2. */
const refused: readonly (readonly [items: string, problem: string, column: number])[] = [
  ["f: func(a: constructor);", "nothing above is named 'constructor'; define it, or `use` it, before it is named", 12],
  ["f: func(a: missing);", "nothing above is named 'missing'; define it, or `use` it, before it is named", 12],
  ["f: func(a: own<t>);", "nothing above is named 't'; define it, or `use` it, before it is named", 16],
  ["type t = u8; f: func(a: own<t>);", "'t' is no resource; `own` and `borrow` take the name of one", 29],
  ["f: func(a: list<u8, z>);", "a length was expected, from 1 to 4294967295, found 'z'", 21],
  ["f: func(a: list<u8, 0>);", "a length was expected, from 1 to 4294967295, found '0'", 21],
  ["f: func(a: list<u8, 4294967296>);", "a length was expected, from 1 to 4294967295, found '4294967296'", 21],
  ["f: func(a: result<u8, u8, u8>);", "a result has at most two types", 25],
  ["f: func(a: result<>);", "a name was expected, found '>'; what is a keyword too stands behind '%'", 19],
  ["f: func(a: result<_>);", "',' was expected, found '>'", 20],
  ["f: func(a: tuple<>);", "a tuple has at least one type", 18],
  ["record r {}", "a record has at least one field", 11],
  ["variant v {}", "a variant has at least one case", 12],
  ["enum e {}", "an enum has at least one label", 9],
  ["flags f {}", "flags have at least one label", 10],
  [`flags f { ${Array.from({ length: 33 }, (_, at) => `f${at}`).join(", ")} }`, "flags have at most 32 labels", 165],
  ["record r { a: u8, A: u8 }", "'A' is named twice; names differ by more than their case", 19],
  ["variant v { a, a(u8) }", "'a' is named twice; names differ by more than their case", 16],
  ["enum e { a, a }", "'a' is named twice; names differ by more than their case", 13],
  ["f: func(a: u8, a: u8);", "'a' is named twice; names differ by more than their case", 16],
  ["f: func(); f: func(a: u8);", "'f' is named twice; names differ by more than their case", 12],
  ["type t = u8; type t = u16;", "'t' is named twice; names differ by more than their case", 19],
  ["type t = u8; resource t;", "'t' is named twice; names differ by more than their case", 23],
  ["resource r; resource r;", "'r' is named twice; names differ by more than their case", 22],
  ["resource r { m: func(); m: static func(); }", "'m' is named twice; names differ by more than their case", 25],
  [
    "resource r { constructor(); constructor(); }",
    "'constructor' is named twice; names differ by more than their case",
    29,
  ],
  ["type list = u8;", "'list' is a type of WIT itself; write '%list' for another one", 6],
  ["use y.{t, u};", "'a:a/y' has no type 'u'; it has t, r", 11],
  ["use y.{t as a, r as a};", "'a' is named twice; names differ by more than their case", 21],
  ["use z.{t};", "no interface 'z' is in 'a:a@1.0.0'; it has x, y", 5],
  ["use x.{t};", "interfaces use each other: a:a/x → a:a/x; move what both use into a third one", 5],
  ["use a:a/y@1.0.{t};", "a version of three numbers was expected, as 1.0.0, found '1.0'", 11],
  ["use b:b/y.{t};", "nothing else is stated", 5],
  ["world w {}", "'world' is no item of an interface; it has types, resources, functions and `use`", 1],
  ["résource r;", "'é' is no sign of WIT", 2],
  ["/* no end", "a comment has no end; it ends by '*/'", 1],
];

test.each(refused)("%s", (items, problem, column) => {
  const text = `package a:a@1.0.0; interface x {\n${items}\n} interface y { type t = u8; resource r; }`;
  // Before anything is read nobody knows the package.
  const where = /sign of WIT|no end/.test(problem) ? "the text of WIT" : "a:a@1.0.0";
  expect(() => read(text)).toThrow(new TypeError(`${problem} (${where}, line 2, column ${column})`));
});

test.each([
  ["interface x { f: func(); }", "'package' was expected, found 'interface' (the text of WIT, line 1, column 1)"],
  ["", "'package' was expected, found the end of the text (the text of WIT, line 1, column 1)"],
  [
    "package a:a;\n world w {}",
    "an interface was expected, found 'world'; worlds are not stated (a:a, line 2, column 2)",
  ],
  ["package a:a; interface x {}", "'a:a/x' has no items (a:a, line 1, column 27)"],
  ["package a:a; interface x { f: func();", "'}' was expected, found the end of the text (a:a, line 1, column 38)"],
  [
    "package a:a; interface x { f: func(); } interface x { g: func(); }",
    "'x' is named twice; names differ by more than their case (a:a, line 1, column 51)",
  ],
  [
    "package a:a; interface x { use y.{t}; type u = u8; } interface y { use x.{u as t}; }",
    "interfaces use each other: a:a/x → a:a/y → a:a/x; move what both use into a third one (a:a, line 1, column 72)",
  ],
])("%s: refused as a whole", (text, message) => {
  expect(() => read(text)).toThrow(new TypeError(message));
});

test("refusals have the code of an argument", () => {
  expect(() => read("world w {}")).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});
