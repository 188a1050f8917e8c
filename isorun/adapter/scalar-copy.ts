/** One core value from its place to another (Canonical ABI, Loading, Storing, Flat Lifting, Flat Lowering). */
import type { Primitive } from "../decode/ast.ts";
import type { FlatType } from "../types/flatten.ts";
import { flagsSize } from "../types/value-type.ts";
import type { CodeWriter, MemoryOpcode } from "./code-writer.ts";
import type { Copying, Place, Route } from "./copying.ts";

type Width = 1 | 2 | 4 | 8;

interface Scalar {
  readonly flat: FlatType;
  readonly width: Width;
  readonly isSigned?: boolean;
}

const scalars: Readonly<Record<Exclude<Primitive, "string" | "error-context">, Scalar>> = {
  bool: { flat: "i32", width: 1 },
  u8: { flat: "i32", width: 1 },
  s8: { flat: "i32", width: 1, isSigned: true },
  u16: { flat: "i32", width: 2 },
  s16: { flat: "i32", width: 2, isSigned: true },
  u32: { flat: "i32", width: 4 },
  s32: { flat: "i32", width: 4 },
  u64: { flat: "i64", width: 8 },
  s64: { flat: "i64", width: 8 },
  f32: { flat: "f32", width: 4 },
  f64: { flat: "f64", width: 8 },
  char: { flat: "i32", width: 4 },
};

export function copyScalar(copying: Copying, primitive: keyof typeof scalars, { from, to }: Route): void {
  const { code } = copying;
  const scalar = scalars[primitive];
  move(copying, { ...scalar, from, to }, () => {
    if (primitive === "bool") code.op("i32.eqz", "i32.eqz");
    else if (primitive === "char") checkChar(copying);
    else if (from.kind === "flat") narrow(code, scalar);
  });
}

/** What is above the width of a flat value is not part of it. */
function narrow(code: CodeWriter, { width, isSigned = false }: Scalar): void {
  if (width > 2) return;
  const bits = 32 - width * 8;
  if (isSigned) code.i32(bits).op("i32.shl").i32(bits).op("i32.shr_s");
  else code.i32(width === 1 ? 0xff : 0xffff).op("i32.and");
}

function checkChar({ code, refuse }: Copying): void {
  const char = code.local("i32");
  code.tee(char).i32(0x110000).op("i32.ge_u");
  code.get(char).i32(0xd800).op("i32.sub").i32(0x800).op("i32.lt_u", "i32.or");
  code.if(() => refuse("invalid `char` bit pattern"));
  code.get(char);
}

interface Move {
  readonly flat?: FlatType;
  readonly width: Width;
  readonly isSigned?: boolean;
  readonly from: Place;
  readonly to: Place;
}

/** Reads one core value, has it changed on the stack, and puts it at its place. */
export function move({ code, from: source, to: target }: Copying, scalar: Move, change: () => void): void {
  const { flat = "i32", width, isSigned = false, from, to } = scalar;
  if (to.kind === "memory") code.get(to.pointer);
  if (from.kind === "memory") {
    code.get(from.pointer).at(loadOf(flat, width, isSigned), { memory: source.memory, offset: from.offset });
  } else {
    const local = from.next();
    code.get(local);
    fromSlot(code, local.type, flat);
  }
  change();
  if (to.kind === "memory") {
    code.at(storeOf(flat, width), { memory: target.memory, offset: to.offset });
  } else {
    const local = to.next();
    toSlot(code, flat, local.type);
    code.set(local);
  }
}

function loadOf(flat: FlatType, width: Width, isSigned: boolean): MemoryOpcode {
  if (flat !== "i32" || width === 4) return `${flat}.load`;
  return `i32.load${width === 1 ? "8" : "16"}_${isSigned ? "s" : "u"}`;
}

function storeOf(flat: FlatType, width: Width): MemoryOpcode {
  if (flat !== "i32" || width === 4) return `${flat}.store`;
  return width === 1 ? "i32.store8" : "i32.store16";
}

/** A case may have less than the slot that it shares with others (`CoerceValueIter`). */
export function fromSlot(code: CodeWriter, have: FlatType, want: FlatType): void {
  if (have === want) return;
  if (have === "i64" && want === "f64") code.op("f64.reinterpret_i64");
  else {
    if (have === "i64") code.op("i32.wrap_i64");
    if (want === "f32") code.op("f32.reinterpret_i32");
  }
}

export function toSlot(code: CodeWriter, have: FlatType, want: FlatType): void {
  if (have === want) return;
  if (have === "f64") code.op("i64.reinterpret_f64");
  else {
    if (have === "f32") code.op("i32.reinterpret_f32");
    if (want === "i64") code.op("i64.extend_i32_u");
  }
}

export function copyFlags(copying: Copying, labels: number, { from, to }: Route): void {
  const width = flagsSize(labels);
  move(copying, { width, from, to }, () => {
    if (labels < 32) copying.code.i32(2 ** labels - 1).op("i32.and");
  });
}
