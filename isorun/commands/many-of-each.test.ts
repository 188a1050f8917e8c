/** Components may have more of everything than a call takes arguments: what is counted by the file is no list of them. */
import { expect, test } from "bun:test";
import { decodeGraph, encodeGraph } from "../store/graph.ts";
import { layoutOf, sequenceOf } from "../types/layout.ts";
import { makeValueType } from "../types/value-type.ts";
import { u8 } from "../wave/testing/types.ts";
import { contentsOf } from "./contents-of.ts";
import { whatIsMeant } from "./meant-path.ts";

const many = 900_000;

test("a call takes fewer arguments", () => {
  const items = Array.from({ length: many }, () => 1);
  expect(() => Math.max(...items)).toThrow(RangeError);
});

test("what is kept", () => {
  const one = [1];
  const items = Array.from({ length: many }, () => one);
  const bytes = encodeGraph(items, []);
  expect(Bun.deepEquals(decodeGraph(bytes, []), items)).toBe(true);
});

test("cases of a variant, and parts of a tuple", () => {
  const cases = Array.from({ length: many }, (_, at) => ({ label: `c${at}`, type: u8 }));
  const variant = makeValueType({ kind: "variant", cases });
  expect(layoutOf(variant)).toEqual({ size: 8, align: 4 });
  expect(sequenceOf(cases.map(({ type }) => type))).toEqual({ size: many, align: 1 });
});

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

const head = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];

test("components in a component", () => {
  const inner = [4, head.length, ...head];
  const file = new Uint8Array(head.length + many * inner.length);
  file.set(head);
  for (let at = head.length; at < file.length; at += inner.length) file.set(inner, at);
  const around = Uint8Array.from([...head, 4, ...unsigned(file.length)]);
  expect(contentsOf(Buffer.concat([around, file]))).toHaveLength(many + 2);
});

test("names in a path", () => {
  const requested = `${"a/".repeat(many)}b/../../..`;
  const meant = whatIsMeant({ capability: "read", path: requested, guestPath: "." }, "/tmp");
  expect(meant.requested).toBe(requested);
});
