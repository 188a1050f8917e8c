/** Long texts come in pieces, so that whoever prints them may stop in between. */
import { expect, test } from "bun:test";
import type { ValueType } from "../types/component-types.ts";
import { formatWave, writeWave } from "./format.ts";
import { parseWave } from "./parse.ts";
import { list, primitive, record, string, tuple, u8 } from "./testing/types.ts";

const piecesMax = 1 << 17;

function piecesOf(value: unknown, type: ValueType): readonly string[] {
  const pieces: string[] = [];
  writeWave({ value, type }, (piece) => void pieces.push(piece));
  return pieces;
}

const size = 50_000;

test.each<[string, unknown, ValueType]>([
  ["bytes", new Uint8Array(size).map((_, at) => at), list(u8)],
  ["integers with a sign", new Int32Array(size).map((_, at) => -at * 7919), list(primitive("s32"))],
  ["integers of 64 bits", new BigUint64Array(size).map((_, at) => BigInt(at) << 40n), list(primitive("u64"))],
  ["numbers of 32 bits", new Float32Array(size).map((_, at) => -at / 3), list(primitive("f32"))],
  ["records", Array.from({ length: size }, (_, x) => ({ x: x & 255 })), list(record({ x: u8 }))],
  ["lists", Array.from({ length: size }, () => Uint8Array.of(1, 2)), list(list(u8))],
  ["a text", "\ud83e\udd8a\\\n".repeat(size), string],
  ["a text of words, of an odd length", `x${"\ud83e\udd8a word ".repeat(size)}`, string],
  ["texts", ["a".repeat(size), "b".repeat(size)], tuple(string, string)],
])("%s in pieces are the whole", (_, value, type) => {
  const pieces = piecesOf(value, type);
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.filter(({ length }) => length > piecesMax)).toEqual([]);
  expect(pieces.join("")).toBe(formatWave(value, type));
  expect(parseWave(pieces.join(""), type)).toEqual(value);
});

test("a typed array is written as its numbers are one by one, whatever its kind", () => {
  expect(formatWave(Float64Array.of(-0, Number.NaN, 1e21, -Infinity), list(primitive("f64")))).toBe(
    "[-0, nan, 1e+21, -inf]",
  );
  expect(formatWave(Int16Array.of(1, 2), list(u8))).toBe("[1, 2]");
  expect(() => formatWave(Int16Array.of(1, -2), list(u8))).toThrow("expected a value of type u8, found -2");
  expect(() => formatWave(new DataView(new ArrayBuffer(2)), list(u8))).toThrow("expected a value of type list<u8>");
});

test("an address in a long text stands in one piece", () => {
  const address = "https://user:password@host.example/";
  const pieces = piecesOf(`${"word ".repeat(3_275)}${address} ${"word ".repeat(30_000)}`, string);
  expect(pieces.filter((piece) => piece.includes(address))).toHaveLength(1);
});

test("what takes the pieces may end it", () => {
  const taken: string[] = [];
  const stop = new Error("no more");
  const take = (piece: string): void => {
    if (taken.push(piece) === 2) throw stop;
  };
  expect(() => writeWave({ value: new Uint8Array(size * 10), type: list(u8) }, take)).toThrow(stop);
  expect(taken).toHaveLength(2);
});
