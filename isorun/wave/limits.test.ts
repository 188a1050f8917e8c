import { expect, test } from "bun:test";
import { nestingMax } from "./cursor.ts";
import { formatWave } from "./format.ts";
import { parseArguments, parseInvocation, parseWave } from "./parse.ts";
import { func, list, option, record, string, u8 } from "./testing/types.ts";

const tooDeep = 100_000;

function nested(depth: number, wrap = list) {
  let type = u8;
  for (let level = 0; level < depth; level += 1) type = wrap(type);
  return type;
}

test("brackets that no type asks for end at the first that is too much", () => {
  expect(() => parseWave("[".repeat(tooDeep), list(u8))).toThrow("expected u8");
  const call = `f(${"(".repeat(tooDeep)}`;
  expect(() => parseInvocation(call)).toThrow("expected ')' behind the arguments, found the end of the text");
});

test("types that are nested too deep are an error, not the end of the stack", () => {
  const message = `the value is nested deeper than ${nestingMax} levels`;
  expect(() => parseWave("[".repeat(tooDeep), nested(tooDeep))).toThrow(message);
  expect(() => parseWave("some(".repeat(tooDeep), nested(tooDeep, option))).toThrow(message);
  expect(() => parseWave("x", nested(tooDeep))).toThrow("expected list<list<list<…>>>, found 'x'");
  let value: unknown[] = [];
  let tagged: unknown = { tag: "none" };
  for (let level = 0; level < nestingMax + 1; level += 1) {
    value = [value];
    tagged = { tag: "some", val: tagged };
  }
  expect(() => formatWave(value, nested(tooDeep))).toThrow(message);
  expect(() => formatWave(tagged, nested(tooDeep, option))).toThrow(message);
});

test("what is as deep as allowed is written and read", () => {
  const text = "[".repeat(nestingMax) + "]".repeat(nestingMax);
  const type = nested(nestingMax);
  expect(formatWave(parseWave(text, type), type)).toBe(text);
});

const size = 500_000;
const point = record({ x: u8, y: option(u8) });

// Quadratic time would be hours, or minutes at the least.
test.each<[string, () => unknown]>([
  ["numbers", () => parseWave(`[${"1,".repeat(size)}]`, list(u8))],
  ["records", () => parseWave(`[${"{x:1},".repeat(size)}]`, list(point))],
  ["escapes", () => parseWave(`"${"\\n".repeat(size)}"`, string)],
  ["lines", () => parseWave(`"""\n${"  line\r\n".repeat(size)}  """`, string)],
  ["comments", () => parseWave(`[${"//\n \n".repeat(size)}]`, list(u8))],
  ["spaces", () => parseWave(`[${" ".repeat(size)}]`, list(u8))],
  ["strings of a call", () => parseCall(`f([${'"a)",'.repeat(size)}])`)],
])("a long text of %s is read in the time of its length", (_, read) => {
  expect(read()).toBeDefined();
});

function parseCall(text: string): unknown {
  return parseArguments(parseInvocation(text).arguments, func({ all: list(string) }));
}

test("a record of many fields is read in the time of its text", () => {
  const labels = Array.from({ length: 20_000 }, (_, index) => `f${index}`);
  const type = record(Object.fromEntries(labels.map((label) => [label, u8])));
  const value = parseWave(`{${labels.map((label) => `${label}: 1`).join(", ")}}`, type);
  expect(Object.keys(value as object)).toEqual(labels);
});
