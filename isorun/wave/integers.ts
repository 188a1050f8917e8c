/** Which numbers the integer types have. */
import type { Primitive } from "../decode/ast.ts";

export interface IntegerRange {
  readonly least: bigint;
  readonly most: bigint;
  /** Of 64 bits: `bigint` in JavaScript. */
  readonly isBig: boolean;
}

const rangeOf = (bits: number, isSigned: boolean): IntegerRange => ({
  least: isSigned ? -(1n << BigInt(bits - 1)) : 0n,
  most: (1n << BigInt(isSigned ? bits - 1 : bits)) - 1n,
  isBig: bits === 64,
});

export const integerRanges: Partial<Readonly<Record<Primitive, IntegerRange>>> = {
  s8: rangeOf(8, true),
  u8: rangeOf(8, false),
  s16: rangeOf(16, true),
  u16: rangeOf(16, false),
  s32: rangeOf(32, true),
  u32: rangeOf(32, false),
  s64: rangeOf(64, true),
  u64: rangeOf(64, false),
};
