import { expect, test } from "bun:test";
import { formatFuncType } from "../types/wit.ts";
import { InterfaceTypes } from "./interface-types.ts";

/** Of function `f` in `a:a/x`, which stands beside these packages. */
function typeOf(x: string, ...others: readonly string[]): string | undefined {
  const f = new InterfaceTypes(...others, x).of("a:a/x")?.exports.get("f");
  return f?.kind === "func" ? formatFuncType(f, new Map()) : undefined;
}

const y1 = "package b:b@1.0.0; interface y { type t = u8; }";
const y2 = "package b:b@2.0.0; interface y { type t = string; }";
const y0 = "package b:b; interface y { type t = bool; }";
const using = (path: string): string => `package a:a; interface x { use ${path}.{t}; f: func(a: t); }`;

test("a version that is written is the one that is used", () => {
  expect(typeOf(using("b:b/y@1.0.0"), y1, y2)).toBe("func(a: u8)");
  expect(typeOf(using("b:b/y@2.0.0"), y1, y2)).toBe("func(a: string)");
});

test("without one it is that of the only package, or the package without a version", () => {
  expect(typeOf(using("b:b/y"), y2)).toBe("func(a: string)");
  expect(typeOf(using("b:b/y"), y1, y0, y2)).toBe("func(a: bool)");
});

test("without one, of two, nothing is chosen", () => {
  expect(() => typeOf(using("b:b/y"), y1, y2)).toThrow(
    "which 'b:b/y' is meant? Write its version: b:b@1.0.0, b:b@2.0.0 are stated (a:a, line 1, column 32)",
  );
});

test("what nothing states is told with what is", () => {
  expect(() => typeOf(using("b:b/y@3.0.0"), y1, y2)).toThrow(
    "nothing states 'b:b/y@3.0.0'; b:b@1.0.0, b:b@2.0.0 are stated (a:a, line 1, column 32)",
  );
  expect(() => typeOf(using("c:c/y"))).toThrow(
    "nothing states 'c:c/y'; give InterfaceTypes the text of package 'c:c' too (a:a, line 1, column 32)",
  );
  expect(() => typeOf(using("b:b/z"), y1)).toThrow(
    "'b:b@1.0.0' has no interface 'z'; it has y (a:a, line 1, column 32)",
  );
});

test("packages that use each other are refused, as often as they are asked for", () => {
  const types = new InterfaceTypes(
    "package a:a; interface x { use b:b/y.{t}; type u = t; }",
    "package b:b; interface y { use a:a/x.{u}; type t = u; }",
  );
  for (const name of ["a:a/x", "a:a/x"]) {
    expect(() => types.of(name)).toThrow(
      "packages use each other: a:a → b:b → a:a; move what both use into a third one (b:b, line 1, column 32)",
    );
  }
  expect(() => types.of("b:b/y")).toThrow("packages use each other: b:b → a:a → b:b");
});

test("comments may stand in front, and what is wrong there is told at once", () => {
  expect(typeOf("/* a /* licence */ */ // of\n package a:a; interface x { f: func(); }")).toBe("func()");
  expect(() => new InterfaceTypes("\n interface x { f: func(); }")).toThrow(
    new TypeError("'package' was expected, found 'interface' (the text of WIT, line 2, column 2)"),
  );
  expect(() => new InterfaceTypes(y1, y2, y1)).toThrow(new TypeError("package 'b:b@1.0.0' is stated twice"));
});

test("a name that no package has is undefined", () => {
  const types = new InterfaceTypes(y1);
  for (const name of ["b:b/y", "b:b/z@1.0.0", "c:c/y@1.0.0", "y", ""]) expect(types.of(name)).toBeUndefined();
  expect(types.of("b:b/y@1.0.0")?.exports.has("t")).toBeTrue();
});
