import { describe, expect, test } from "bun:test";
import type { ValueType } from "../types/component-types.ts";
import { newResource } from "../types/component-types.ts";
import { makeValueType } from "../types/value-type.ts";
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
import { WaveError } from "./wave-error.ts";

/** What reading it says. */
function errorOf(text: string, type: ValueType): WaveError {
  try {
    parseWave(text, type);
  } catch (error) {
    if (error instanceof WaveError) return error;
    throw error;
  }
  throw new Error(`'${text}' can be read`);
}

type Case = readonly [text: string, type: ValueType, message: string];

function shouldRefuse(title: string, cases: readonly Case[]): void {
  for (const [text, type, message] of cases) {
    test(`${title}: ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(errorOf(text, type).message.replace(/ \(line \d+, column \d+\)$/u, "")).toBe(message);
    });
  }
}

const basic = record({ a: u8, b: option(u8) });
const hand = enumOf("left", "right");
const u8Words = "expected u8 (an integer from 0 to 255)";
const scalar = "expected a Unicode scalar value";

describe("what is refused, and why", () => {
  shouldRefuse("booleans and numbers", [
    ["", bool, "expected bool ('true' or 'false'), found the end of the text"],
    ["True", bool, "expected bool ('true' or 'false'), found 'True'"],
    ["%true", bool, "expected bool ('true' or 'false'), found '%true'"],
    ...["256", "-1", "-0", "1.0", "1e2", "01", "0x1f", "1_000", "+1", "nan", "'a'", "9".repeat(24)].map(
      (text): Case => [text, u8, `${u8Words}, found '${text}'`],
    ),
    ...["1e400", "1.7976931348623159e308"].map(
      (text): Case => [
        text,
        primitive("f64"),
        `expected f64 (at most 1.7976931348623157e+308, or 'inf'), found '${text}'`,
      ],
    ),
    ...["1e39", "3.4028235677973367e38"].map(
      (text): Case => [
        text,
        primitive("f32"),
        `expected f32 (at most 3.4028234663852886e+38, or 'inf'), found '${text}'`,
      ],
    ),
    ["-1e999", primitive("f64"), "expected f64 (at least -1.7976931348623157e+308, or '-inf'), found '-1e999'"],
    ["-1e400", primitive("f32"), "expected f32 (at least -3.4028234663852886e+38, or '-inf'), found '-1e400'"],
    ["9".repeat(100_000), u8, `${u8Words}, found '${"9".repeat(24)}…'`],
    ...["1.", ".5", "1e", "-nan", "NaN", "Infinity", "-Inf", "00.1", "1.5f", "constructor", "valueOf"].map(
      (text): Case => [text, primitive("f64"), `expected f64 (a number, 'nan', 'inf' or '-inf'), found '${text}'`],
    ),
    ["1 2", u8, "expected nothing behind the value of type u8, found '2'"],
  ]);

  shouldRefuse("chars", [
    ["''", char, "expected a character, found '''"],
    ["'", char, "expected a character, found the end of the text"],
    ["'ab'", char, `expected "'" behind the only character of a char, found 'b'`],
    ["'\n'", char, String.raw`expected a character, found '\n'`],
    ["'\ud83e'", char, String.raw`${scalar}, found '\u{d83e}'`],
    [String.raw`'\u{110000}'`, char, String.raw`expected an escape of a Unicode scalar value, found '\u{110000}'`],
    [String.raw`'\u{D800}'`, char, String.raw`expected an escape of a Unicode scalar value, found '\u{D800}'`],
    ['"a"', char, `expected char, found '"a"'; chars are written in single quotes`],
  ]);

  const escapes = "expected an escape ('\\\\', '\\\"', '\\'', '\\n', '\\r', '\\t' or '\\u{…}'), found";
  shouldRefuse("strings", [
    ["abc", string, `expected string, found 'abc'; strings are written in double quotes`],
    ['"abc', string, `expected '"' that ends the string, found the end of the text`],
    ['"a\nb"', string, String.raw`expected '"' that ends the string, found '\n'`],
    [String.raw`"\x41"`, string, String.raw`${escapes} '\x'`],
    [String.raw`"\u{}"`, string, String.raw`${escapes} '\u{}'`],
    [String.raw`"\u{0000041}"`, string, String.raw`${escapes} '\u{0000041}'`],
    ['"abc\udd8a"', string, String.raw`${scalar}, found '\u{dd8a}'`],
    ['"""abc\n"""', string, `expected a line break behind '"""', found 'abc'`],
    ['"""\nabc', string, `expected '"""' that ends the string, found the end of the text`],
    ['"""\nabc"""', string, `expected only spaces before '"""' that ends the string, found 'abc'`],
    ['"""\n\\"""\n"""', string, String.raw`expected only spaces before '"""' that ends the string, found '\"'`],
    ['"""\n  a\n b\n  """', string, `expected 2 spaces, as before '"""' that ends the string, found ' '`],
    ['"""\n\\j\n"""', string, String.raw`${escapes} '\j'`],
    ['"""\n""""', string, `expected nothing behind the value of type string, found '"'`],
  ]);

  shouldRefuse("tuples and lists", [
    ["[1]", tuple(u8, u8), "expected tuple<u8, u8>, found '['"],
    ["(1)", tuple(u8, string), "expected ',' and string, found ')'"],
    ["(1, 2, 3)", tuple(u8, u8), "expected ')', found '3'"],
    ["[,]", list(u8), `${u8Words}, found ','`],
    ["[1,,]", list(u8), `${u8Words}, found ','`],
    ["[1 2]", list(u8), "expected ',' or ']', found '2'"],
    ["[1", list(u8), "expected ',' or ']', found the end of the text"],
    ["{}", list(u8), "expected list<u8>, found '{'"],
    ["[1]", fixedList(u8, 2), "expected 2 items in the list, found ']'"],
    ["[1, 2, 3]", fixedList(u8, 2), "expected ']' behind 2 items, found '3'"],
  ]);

  shouldRefuse("records, maps and flags", [
    ["{}", basic, "expected a field, found '}'; a record without fields is written '{:}'"],
    ["{:}", basic, "expected the field 'a' (u8), found '}'"],
    ["{b: 1}", basic, "expected the field 'a' (u8), found '}'"],
    ["{c: 1}", basic, "expected a field of record { a, b }, found 'c'"],
    ["{a: 1, a: 1}", basic, "expected another field, found 'a'; 'a' has a value already"],
    ["{a: 1 b: 1}", basic, "expected ',' or '}', found 'b'"],
    ["{a 1}", basic, "expected ':' behind 'a', found '1'"],
    ["{a: 1,,}", basic, "expected a field of record { a, b }, found ','"],
    ['{"a" 1}', map(string, u8), "expected ':' behind the key, found '1'"],
    ["{a: 1}", map(string, u8), `expected string, found 'a'; strings are written in double quotes`],
    ["{%true: 1}", map(bool, u8), "expected bool ('true' or 'false'), found '%true'"],
    ["{x}", flags("r", "w"), "expected a flag of flags { r, w }, found 'x'"],
    ["{r, r}", flags("r", "w"), "expected another flag, found 'r'; 'r' is set already"],
    ["{:}", flags("r", "w"), "expected a flag of flags { r, w }, found ':'"],
  ]);

  const big = enumOf(...Array.from({ length: 1000 }, (_, index) => `case-${index}`));
  shouldRefuse("cases, options and results", [
    ["up", hand, "expected enum { left, right }, found 'up'"],
    ["up", big, "expected enum { case-0, case-1, case-2, case-3, case-4, case-5, … }, found 'up'"],
    ...["true", "false", "some", "none", "ok", "err", "inf", "nan"].map(
      (word): Case => [
        word,
        enumOf(word),
        `expected enum { ${word} }, found '${word}'; its case is written '%${word}'`,
      ],
    ),
    ["left(1)", hand, "expected nothing behind the value of type enum { left, right }, found '('"],
    ["a", variant({ a: u8 }), "expected '(' and u8 behind 'a', found the end of the text"],
    ["b(1)", variant({ b: undefined }), "expected nothing in brackets behind 'b', found '('"],
    ["a(1,)", variant({ a: u8 }), "expected ')', found ','"],
    ["some", option(u8), "expected '(' and u8 behind 'some', found the end of the text"],
    ["none()", option(u8), "expected nothing in brackets behind 'none', found '('"],
    ["1", option(option(u8)), "expected option<option<u8>> ('some(…)' or 'none'), found '1'"],
    ["ok", option(result()), "expected option<result> ('some(…)' or 'none'), found 'ok'"],
    ["1", result(option(u8)), "expected result<option<u8>, _> ('ok' or 'err'), found '1'"],
    ["ok", result(u8), "expected '(' and u8 behind 'ok', found the end of the text"],
    ["err(1)", result(u8), "expected nothing in brackets behind 'err', found '('"],
  ]);

  const handle = makeValueType({ kind: "own", resource: { kind: "resource", resource: newResource() } });
  shouldRefuse("what has no text", [
    ["1", handle, "expected a value that can be written, found '1'; one of type 'own' cannot"],
    [
      "1",
      primitive("error-context"),
      "expected a value that can be written, found '1'; one of type 'error-context' cannot",
    ],
  ]);
});

test("an error says where it is", () => {
  const error = errorOf('{\n  a: 1, // 🦊\n  b: "🦊" }', basic);
  expect(error).toMatchObject({ code: "wave", name: "WaveError", offset: 21, line: 3, column: 6 });
  expect(error.message).toBe(`${u8Words}, found '"🦊"' (line 3, column 6)`);
});

test("types in messages stay short, however large they are", () => {
  let type = u8;
  for (let depth = 0; depth < 60; depth += 1) type = tuple(type, type);
  expect(errorOf("x", type).message).toBe(
    "expected tuple<tuple<tuple<…, …>, tuple<…, …>>, tuple<tuple<…, …>, tuple<…, …>>>, found 'x' (line 1, column 1)",
  );
});

test("labels in messages are cut", () => {
  const label = "a".repeat(10_000);
  expect(errorOf("b", enumOf(label)).message.length).toBeLessThan(400);
  expect(errorOf(`{${label}: 1, ${label}: 2}`, record({ [label]: u8 })).message.length).toBeLessThan(400);
});
