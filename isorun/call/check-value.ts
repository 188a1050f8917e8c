/** Which values of a host are what core code calls a number of some kind, and how others are named. */
import type { Primitive } from "../decode/ast.ts";
import { isGone } from "./numeric-array.ts";

const integerIn =
  (least: number, most: number) =>
  (value: unknown): boolean =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;

const bigIntegerIn =
  (least: bigint, most: bigint) =>
  (value: unknown): boolean =>
    typeof value === "bigint" && value >= least && value <= most;

/** The least number that rounds to no finite one of 32 bits: half a step behind the greatest. */
export const f32End = 2 ** 128 - 2 ** 103;

const isF32 = (value: unknown): boolean =>
  typeof value === "number" && ((value < f32End && value > -f32End) || !Number.isFinite(value));

const isNumber = (value: unknown): boolean => typeof value === "number";

/** The least and the greatest; of 64 bits they are bigints. */
export const integerRanges = {
  u8: [0, 0xff],
  s8: [-0x80, 0x7f],
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffffffff],
  s32: [-0x80000000, 0x7fffffff],
  u64: [0n, 0xffffffffffffffffn],
  s64: [-0x8000000000000000n, 0x7fffffffffffffffn],
} as const;

/** For items of lists that JavaScript has an array type for. */
export const fits: Partial<Readonly<Record<Primitive, (value: unknown) => boolean>>> = {
  u8: integerIn(...integerRanges.u8),
  s8: integerIn(...integerRanges.s8),
  u16: integerIn(...integerRanges.u16),
  s16: integerIn(...integerRanges.s16),
  u32: integerIn(...integerRanges.u32),
  s32: integerIn(...integerRanges.s32),
  u64: bigIntegerIn(...integerRanges.u64),
  s64: bigIntegerIn(...integerRanges.s64),
  f32: isF32,
  f64: isNumber,
};

const shownMax = 40;

/** Runs nothing of the value's own. */
export function nameOf(value: unknown): string {
  if (typeof value === "string")
    return `'${value.slice(0, shownMax).toWellFormed()}${value.length > shownMax ? "…" : ""}'`;
  if (typeof value === "bigint") return shortNumber(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "boolean") return String(value);
  if (value === null || value === undefined) return String(value);
  if (isGone(value)) return "a typed array without its bytes: its buffer was given away, or is too short for it";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A text of all digits takes long to make where there are many. */
const shortNumber = (value: bigint): string =>
  BigInt.asIntN(256, value) === value ? `${value}n` : "a bigint of more than 256 bits";

/** Below zero if it is not one scalar value. */
export function charCode(value: unknown): number {
  const code = typeof value === "string" ? value.codePointAt(0) : undefined;
  const isOne = code !== undefined && (value as string).length === (code > 0xffff ? 2 : 1); // it has a code point
  return !isOne || (code >= 0xd800 && code <= 0xdfff) ? -1 : code;
}
