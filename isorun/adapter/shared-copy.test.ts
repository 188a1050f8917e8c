/** The size of adapters grows with the number of types, however large the values are that are made of them. */
import { expect, test } from "bun:test";
import type { FuncType, ValueType } from "../types/component-types.ts";
import { weightOf } from "../types/type-sharing.ts";
import { makeValueType, primitiveType } from "../types/value-type.ts";
import { list, result, string, tuple } from "../wave/testing/types.ts";
import { writeAdapter } from "./adapter.ts";
import type { WrittenAdapter } from "./adapter-key.ts";

const side = { encoding: "utf8", hasMemory: true, hasRealloc: true, hasContext: false } as const;

function adapterOf(params: readonly ValueType[], answer?: ValueType): WrittenAdapter {
  const named = params.map((type, index) => ({ label: `p${index}`, type }));
  const type: FuncType = { kind: "func", isAsync: false, params: named, result: answer, hasResource: false };
  const callee = { ...side, hasPostReturn: false };
  return writeAdapter({ type, caller: side, callee, entered: 1, isLink: true, isPaid: false });
}

function bytesOf(params: readonly ValueType[], answer?: ValueType): number {
  const { bytes } = adapterOf(params, answer);
  expect(WebAssembly.validate(bytes)).toBe(true);
  return bytes.length;
}

const nest = (leaf: ValueType, levels: number, wrap: (inner: ValueType) => ValueType): ValueType =>
  Array.from({ length: levels }).reduce<ValueType>((inner) => wrap(inner), leaf);
const pair = (inner: ValueType): ValueType => tuple(inner, inner);
const either = (inner: ValueType): ValueType => result(inner, inner);

test.each([
  ["tuples", (levels: number) => nest(string, levels, pair), 17],
  ["lists of tuples", (levels: number) => nest(string, levels, (inner) => list(pair(inner))), 12],
  ["results, in flat values", (levels: number) => nest(string, levels, either), 13],
  ["results, in memory", (levels: number) => list(nest(string, levels, either)), 17],
] as const)("each level adds as much as the one before: %s", (_, make, levels) => {
  expect(weightOf(make(levels))).toBeGreaterThan(2 ** levels);
  const [less, middle, more] = [levels - 4, levels - 2, levels].map((count) => bytesOf([make(count)], make(count)));
  expect(more).toBeLessThan(10_000);
  // Offsets take a byte more here and there, and flat values one more slot for each level.
  expect((more ?? 0) - (middle ?? 0)).toBeLessThanOrEqual((middle ?? 0) - (less ?? 0) + 128);
});

test("values that are copied as they are take one instruction, whatever they are made of", () => {
  const of = (levels: number): number => bytesOf([list(nest(primitiveType("u32"), levels, pair))], string);
  expect(of(17) - of(16)).toBeLessThanOrEqual(1);
  const spilled = (levels: number): number => bytesOf([nest(primitiveType("u32"), levels, pair)]);
  expect(spilled(17) - spilled(9)).toBeLessThanOrEqual(16);
});

test("thousands of fields fit into functions of engines, which allow 50,000 locals and 7.6 MB", () => {
  const lists = (): ValueType => list(list(string));
  const fields = Array.from({ length: 2000 }, () => tuple(lists(), lists(), lists()));
  const { bytes } = adapterOf([tuple(...fields)]);
  expect(new WebAssembly.Module(bytes)).toBeInstanceOf(WebAssembly.Module);
});

test("one function asks for the handles of a type that stands often", () => {
  const resource = { kind: "resource", resource: { id: 1 } } as const;
  const handles = tuple(makeValueType({ kind: "own", resource }), makeValueType({ kind: "borrow", resource }));
  const written = adapterOf([nest(handles, 12, pair)]);
  expect(WebAssembly.validate(written.bytes)).toBe(true);
  expect(written.handles.length).toBeLessThanOrEqual(16);
});
