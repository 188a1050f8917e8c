import { describe, expect, test } from "bun:test";
import { newResource, type ValueType } from "../types/component-types.ts";
import { makeValueType } from "../types/value-type.ts";
import { formatWave } from "./format.ts";
import {
  bool,
  char,
  enumOf,
  fixedList,
  flags,
  list,
  map,
  option,
  primitive,
  record,
  result,
  string,
  tuple,
  u8,
  variant,
} from "./testing/types.ts";

const f32 = primitive("f32");
const f64 = primitive("f64");
const point = record({ "pos-x": u8, name: option(string) });

describe("what is written", () => {
  test.each<[string, unknown, ValueType]>([
    ["true", true, bool],
    ["-128", -128, primitive("s8")],
    ["18446744073709551615", 0xffff_ffff_ffff_ffffn, primitive("u64")],
    ["0.1", Math.fround(0.1), f32],
    ["16777216", 16_777_216, f32],
    ["1e-45", 2 ** -149, f32],
    ["3.4028235e+38", 3.4028234663852886e38, f32],
    ["inf", 1e300, f32],
    ["0.30000000000000004", 0.1 + 0.2, f64],
    ["-0", -0, f64],
    ["nan", Number.NaN, f64],
    ["-inf", -Infinity, f64],
    ["'🦊'", "🦊", char],
    [String.raw`'\''`, "'", char],
    [String.raw`"it's \"\\\n\r\t\u{0}\u{202e}"`, "it's \"\\\n\r\t\0\u202e", string],
    ['"\ufffd"', "\ud800", string],
    ["[1, 2]", Uint8Array.of(1, 2), list(u8)],
    ["[1, 2]", new Set([1, 2]), list(u8)],
    ["[]", [], list(string)],
    ["[true, false]", [true, false], fixedList(bool, 2)],
    ['(1, "a")', [1, "a"], tuple(u8, string)],
    ['{pos-x: 1, name: some("a")}', { posX: 1, name: "a" }, point],
    ["{pos-x: 1}", { posX: 1 }, point],
    ["{:}", {}, record({ a: option(u8), b: option(u8) })],
    ["{}", new Map(), map(string, u8)],
    [
      '{"a": 1, "b": 2}',
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
      map(string, u8),
    ],
    ["left", "left", enumOf("left")],
    ...["true", "false", "some", "none", "ok", "err", "inf", "nan"].map((word): [string, unknown, ValueType] => [
      `%${word}`,
      word,
      enumOf(word),
    ]),
    ["empty", { tag: "empty" }, variant({ empty: undefined })],
    ["%ok(1)", { tag: "ok", val: 1 }, variant({ ok: u8 })],
    ["some(1)", 1, option(u8)],
    ["none", undefined, option(u8)],
    ["some(none)", { tag: "none" }, option(option(u8))],
    ["some(some(1))", { tag: "some", val: 1 }, option(option(u8))],
    ["ok", { tag: "ok" }, result()],
    ["err(1)", { tag: "err", val: 1 }, result(undefined, u8)],
    ["{write-all}", { read: false, writeAll: true }, flags("read", "write-all")],
    ["{}", {}, flags("read")],
  ])("%s", (text, value, type) => {
    expect(formatWave(value, type)).toBe(text);
  });
});

describe("a value of another type is refused", () => {
  test.each<[string, unknown, ValueType]>([
    ["a value of type u8, found 256", 256, u8],
    ["a value of type u8, found 1.5", 1.5, u8],
    ["a value of type u64, found 1", 1, primitive("u64")],
    ["a value of type bool, found one of type 'string'", "true", bool],
    ["a value of type f64, found 1", 1n, f64],
    ["a value of type char, found one of type 'string'", "ab", char],
    ["a value of type char, found one of type 'string'", "", char],
    ["a value of type char, found one of type 'string'", "\ud800", char],
    ["a value of type string, found 1", 1, string],
    ["a value of type list<char>, found one of type 'string'", "ab", list(char)],
    ["a value of type list<u8, 2>, found one of type 'object'", [1], fixedList(u8, 2)],
    ["a value of type tuple<u8>, found one of type 'object'", [1, 2], tuple(u8)],
    ["a value of type u8, found one of type 'undefined'", {}, point],
    ["a value of type record { pos-x, name }, found one of type 'undefined'", undefined, point],
    ["a value of type enum { left }, found one of type 'string'", "right", enumOf("left")],
    ["a value of type variant { a }, found one of type 'undefined'", {}, variant({ a: u8 })],
    ["a value of type result, found one of type 'object'", { tag: "no" }, result()],
    ["a value of type option<u8>, found one of type 'object'", { tag: "no" }, option(option(u8))],
  ])("expected %s", (message, value, type) => {
    expect(() => formatWave(value, type)).toThrow(new TypeError(`expected ${message}`));
  });

  test("what all objects inherit is no field, and what they have of their own is", () => {
    const type = record({ constructor: option(u8), x: u8 });
    expect(formatWave({ x: 1 }, type)).toBe("{x: 1}");
    expect(formatWave({ x: 1, constructor: 2 }, type)).toBe("{constructor: some(2), x: 1}");
    expect(() => formatWave({}, record({ constructor: u8 }))).toThrow("expected a value of type u8");
    expect(formatWave({}, flags("constructor", "value-of"))).toBe("{}");
  });

  test("handles have no text", () => {
    const type = makeValueType({ kind: "own", resource: { kind: "resource", resource: newResource() } });
    expect(() => formatWave([{}], list(type))).toThrow("a value of type 'own' in WAVE is not supported");
  });
});
