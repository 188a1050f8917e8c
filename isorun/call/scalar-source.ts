/** Texts for values that are one number: how they are stored, and which of what is given passes. */
import type { Primitive } from "../decode/ast.ts";
import { f32End } from "./check-value.ts";
import { plus } from "./source.ts";

export type Scalar = Exclude<Primitive, "string" | "error-context">;

export const stores: Readonly<Record<Scalar, (at: string, value: string) => string>> = {
  bool: (at, value) => `m.bytes[${at}] = ${value};`,
  u8: (at, value) => `m.bytes[${at}] = ${value};`,
  s8: (at, value) => `m.view.setInt8(${at}, ${value});`,
  u16: (at, value) => `m.view.setUint16(${at}, ${value}, true);`,
  s16: (at, value) => `m.view.setInt16(${at}, ${value}, true);`,
  u32: (at, value) => `m.view.setUint32(${at}, ${value}, true);`,
  s32: (at, value) => `m.view.setInt32(${at}, ${value}, true);`,
  u64: (at, value) => `m.view.setBigUint64(${at}, ${value}, true);`,
  s64: (at, value) => `m.view.setBigInt64(${at}, ${value}, true);`,
  f32: (at, value) => `m.view.setFloat32(${at}, ${value}, true);`,
  f64: (at, value) => `m.view.setFloat64(${at}, ${value}, true);`,
  char: (at, value) => `m.view.setUint32(${at}, ${value}, true);`,
};

/** What values pass, of which none is asked to convert itself: that would run its code, and say what the engine says. */
export const passes: Readonly<Record<Exclude<Scalar, "bool" | "char">, (value: string) => string>> = {
  u8: (value) => `typeof ${value} === "number" && (${value} & 0xff) === ${value}`,
  s8: (value) => `typeof ${value} === "number" && ${value} << 24 >> 24 === ${value}`,
  u16: (value) => `typeof ${value} === "number" && (${value} & 0xffff) === ${value}`,
  s16: (value) => `typeof ${value} === "number" && ${value} << 16 >> 16 === ${value}`,
  u32: (value) => `typeof ${value} === "number" && ${value} >>> 0 === ${value}`,
  s32: (value) => `typeof ${value} === "number" && (${value} | 0) === ${value}`,
  u64: (value) => `typeof ${value} === "bigint" && ${value} >= 0n && ${value} <= 0xffffffffffffffffn`,
  s64: (value) => `typeof ${value} === "bigint" && ${value} >= -0x8000000000000000n && ${value} <= 0x7fffffffffffffffn`,
  f32: (value) =>
    `typeof ${value} === "number" && (${value} < ${f32End} && ${value} > -${f32End} || !Number.isFinite(${value}))`,
  f64: (value) => `typeof ${value} === "number"`,
};

export const storeWord = (pointer: string, offset: number, value: string): string =>
  `m.view.setUint32(${plus(pointer, offset)}, ${value}, true);`;

export const storeInteger = (pointer: string, size: 1 | 2 | 4, value: string): string =>
  size === 1
    ? `m.bytes[${pointer}] = ${value};`
    : size === 2
      ? `m.view.setUint16(${pointer}, ${value}, true);`
      : storeWord(pointer, 0, value);
