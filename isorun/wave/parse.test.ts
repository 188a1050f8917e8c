import { describe, expect, test } from "bun:test";
import type { ValueType } from "../types/component-types.ts";
import { parseWave } from "./parse.ts";
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

const u64 = primitive("u64");
const s8 = primitive("s8");
const s64 = primitive("s64");
const f32 = primitive("f32");
const f64 = primitive("f64");
const basic = record({ "must-have": u8, "may-have": option(u8) });
const keywords = ["true", "false", "some", "none", "ok", "err", "inf", "nan"];

type Case = readonly [text: string, type: ValueType, value: unknown];

function shouldRead(title: string, cases: readonly Case[]): void {
  for (const [text, type, value] of cases) {
    test(`${title}: ${JSON.stringify(text)}`, () => {
      expect(parseWave(text, type)).toStrictEqual(value);
    });
  }
}

describe("what is read", () => {
  shouldRead("booleans and numbers", [
    ["true", bool, true],
    [" false // no\n", bool, false],
    ["255", u8, 255],
    ["-128", s8, -128],
    ["-0", s8, 0],
    ["18446744073709551615", u64, 0xffff_ffff_ffff_ffffn],
    ["-9223372036854775808", s64, -0x8000_0000_0000_0000n],
    ["6.022e+23", f64, 6.022e23],
    ["-0", f64, -0],
    ["1E-3", f64, 0.001],
    ["0.1", f32, Math.fround(0.1)],
    ["nan", f32, Number.NaN],
    ["inf", f64, Infinity],
    ["-inf", f64, -Infinity],
    ["1.7976931348623158e308", f64, Number.MAX_VALUE],
    ["3.4028235677973366e38", primitive("f32"), 3.4028234663852886e38],
  ]);

  shouldRead("chars", [
    ["'x'", char, "x"],
    ["'🦊'", char, "🦊"],
    ["'\"'", char, '"'],
    [String.raw`'\''`, char, "'"],
    [String.raw`'\\'`, char, "\\"],
    [String.raw`'\n'`, char, "\n"],
    [String.raw`'\u{0}'`, char, "\0"],
    [String.raw`'\u{1F98a}'`, char, "🦊"],
    ["'\t'", char, "\t"],
  ]);

  shouldRead("strings", [
    ['""', string, ""],
    ['"a // b"', string, "a // b"],
    [String.raw`"\"\'\\\t\r\n\u{2603}'"`, string, "\"'\\\t\r\n☃'"],
    ['"🦊"', string, "🦊"],
    ['"""\n"""', string, ""],
    ['"""\r\nA single line\r\n"""', string, "A single line"],
    ['"""\n    deep\n  flat\n\u0020\u0020\n  """', string, "  deep\nflat\n"],
    ['"""\n\nkept\n\n"""', string, "\nkept\n"],
    ['"""\nhold it: \\r\r\nbreak it: ""\\""\n"""', string, 'hold it: \r\nbreak it: """"'],
    ['"""\nin\rside "two" \'one\'\n"""', string, "in\rside \"two\" 'one'"],
  ]);

  shouldRead("tuples and lists", [
    ['(1, "a",)', tuple(u8, string), [1, "a"]],
    ["( true )", tuple(bool), [true]],
    ["[]", list(string), []],
    ["['a', 'b',]", list(char), ["a", "b"]],
    ["[1,2 , 3]", list(u8), Uint8Array.of(1, 2, 3)],
    ["[-1]", list(s64), BigInt64Array.of(-1n)],
    ["[0.5, nan]", list(f32), Float32Array.of(0.5, Number.NaN)],
    ["[[1], []]", list(list(u8)), [Uint8Array.of(1), Uint8Array.of()]],
    ["[1, 2,]", fixedList(u8, 2), Uint8Array.of(1, 2)],
    ["[true, false]", fixedList(bool, 2), [true, false]],
  ]);

  shouldRead("records", [
    ["{must-have: 1}", basic, { mustHave: 1, mayHave: undefined }],
    ["{may-have: 2, %must-have : 1, }", basic, { mustHave: 1, mayHave: 2 }],
    ["{ : }", record({ a: option(u8) }), { a: undefined }],
    ["{a: none}", record({ a: option(u8) }), { a: undefined }],
    ["{true: true, none: none}", record({ true: bool, none: option(u8) }), { true: true, none: undefined }],
  ]);

  shouldRead("maps", [
    ["{}", map(string, u8), new Map()],
    ["{:}", map(string, u8), new Map()],
    [
      '{"one": 1, "two": 2,}',
      map(string, u8),
      new Map([
        ["one", 1],
        ["two", 2],
      ]),
    ],
    [
      '{"a": 1, "b": 2, "\\u{61}": 3}',
      map(string, u8),
      new Map([
        ["a", 3],
        ["b", 2],
      ]),
    ],
    ["{true: [1]}", map(bool, list(u8)), new Map([[true, Uint8Array.of(1)]])],
    [
      "{0: {}, 1: {'a': true}}",
      map(u64, map(char, bool)),
      new Map([
        [0n, new Map()],
        [1n, new Map([["a", true]])],
      ]),
    ],
  ]);

  shouldRead("cases", [
    ["south-east", enumOf("north", "south-east"), "south-east"],
    ["%north", enumOf("north"), "north"],
    ...keywords.map((word): Case => [`%${word}`, enumOf(...keywords), word]),
    ["empty", variant({ empty: undefined, body: u8 }), { tag: "empty" }],
    ["body ( 7 )", variant({ empty: undefined, body: u8 }), { tag: "body", val: 7 }],
    ['%err("oops")', variant({ err: string }), { tag: "err", val: "oops" }],
  ]);

  shouldRead("options", [
    ["none", option(u8), undefined],
    ["some(1)", option(u8), 1],
    ["1", option(u8), 1],
    ["{must-have: 1}", option(basic), { mustHave: 1, mayHave: undefined }],
    ["%none", option(enumOf("none")), "none"],
    ["%some(1)", option(variant({ some: u8 })), { tag: "some", val: 1 }],
    ["none", option(option(u8)), undefined],
    ["some(none)", option(option(u8)), { tag: "none" }],
    ["some(some(1))", option(option(u8)), { tag: "some", val: 1 }],
    ["some(some(some(1)))", option(option(option(u8))), { tag: "some", val: { tag: "some", val: 1 } }],
  ]);

  shouldRead("results", [
    ["ok", result(), { tag: "ok" }],
    ["err", result(u8), { tag: "err" }],
    ["ok(1)", result(u8, string), { tag: "ok", val: 1 }],
    ["1", result(u8, string), { tag: "ok", val: 1 }],
    ['err("oops")', result(u8, string), { tag: "err", val: "oops" }],
    ["ok(none)", result(option(u8)), { tag: "ok", val: undefined }],
    ["%ok", result(enumOf("ok")), { tag: "ok", val: "ok" }],
  ]);

  shouldRead("flags", [
    ["{}", flags("read", "write-all"), { read: false, writeAll: false }],
    ["{write-all, %read,}", flags("read", "write-all"), { read: true, writeAll: true }],
    ["{none}", flags("none"), { none: true }],
  ]);

  test("space and comments may stand between all tokens", () => {
    const text = "// first\n{\r\n\tmust-have // name\n : // colon\n 1 // value\n , // comma\n } // last";
    expect(parseWave(text, basic)).toStrictEqual({ mustHave: 1, mayHave: undefined });
  });
});
