/**
 * Makes value types, and says how large their values are (Canonical ABI, Element Size and Alignment, for addresses of
 * 64 bits, by which validation bounds them).
 */
import type { Primitive } from "../decode/ast.ts";
import type { ValueShape, ValueType } from "./component-types.ts";
import { extentAround } from "./type-extent.ts";

/** Validation refuses types whose values take this many bytes or more (Binary.md, Type Definitions). */
export const valueSizeEnd = 2 ** 28;

const pointerSize = 8;

const primitiveSizes: Readonly<Record<Primitive, number>> = {
  bool: 1,
  s8: 1,
  u8: 1,
  s16: 2,
  u16: 2,
  s32: 4,
  u32: 4,
  s64: 8,
  u64: 8,
  f32: 4,
  f64: 8,
  char: 4,
  string: 2 * pointerSize,
  "error-context": 4,
};

interface Layout {
  readonly size: number;
  readonly align: number;
}

export function makeValueType(shape: ValueShape): ValueType {
  const parts = partsOf(shape);
  const { size, align } = layoutOf(shape);
  return {
    ...shape,
    hasResource: shape.kind === "own" || shape.kind === "borrow" || parts.some((part) => part.hasResource),
    hasBorrow: shape.kind === "borrow" || parts.some((part) => part.hasBorrow),
    hasAsync: shape.kind === "stream" || shape.kind === "future" || parts.some((part) => part.hasAsync),
    size64: Math.min(size, valueSizeEnd),
    align64: align,
    extent: extentAround(parts.map((part) => part.extent)),
  };
}

const primitiveTypes = new Map<Primitive, ValueType>();

/** The one object for a primitive that is named where it is used, without a definition of its own. */
export function primitiveType(primitive: Primitive): ValueType {
  const known = primitiveTypes.get(primitive) ?? makeValueType({ kind: "primitive", primitive });
  primitiveTypes.set(primitive, known);
  return known;
}

/** The types that stand directly in this one. */
export function partsOf(shape: ValueShape): readonly ValueType[] {
  if (shape.kind === "record") return shape.fields.map(({ type }) => type);
  if (shape.kind === "variant") return shape.cases.flatMap(({ type }) => type ?? []);
  if (shape.kind === "tuple") return shape.types;
  if (shape.kind === "option") return [shape.type];
  if (shape.kind === "result") return [shape.ok, shape.error].filter((part) => part !== undefined);
  if (shape.kind === "map") return [shape.key, shape.value];
  if (shape.kind === "list" || shape.kind === "fixed-list") return [shape.element];
  if (shape.kind === "stream" || shape.kind === "future") return shape.element === undefined ? [] : [shape.element];
  return [];
}

function layoutOf(shape: ValueShape): Layout {
  if (shape.kind === "primitive") {
    const size = primitiveSizes[shape.primitive];
    return { size, align: shape.primitive === "string" ? pointerSize : size };
  }
  if (shape.kind === "record" || shape.kind === "tuple") return sequence(partsOf(shape));
  if (shape.kind === "list" || shape.kind === "map") return { size: 2 * pointerSize, align: pointerSize };
  if (shape.kind === "fixed-list") {
    return { size: shape.length * shape.element.size64, align: shape.element.align64 };
  }
  if (shape.kind === "flags") {
    const size = flagsSize(shape.labels.length);
    return { size, align: size };
  }
  const count = caseCountOf(shape);
  return count === undefined ? { size: 4, align: 4 } : choice(count, partsOf(shape));
}

function caseCountOf(shape: ValueShape): number | undefined {
  if (shape.kind === "variant") return shape.cases.length;
  if (shape.kind === "enum") return shape.labels.length;
  return shape.kind === "option" || shape.kind === "result" ? 2 : undefined;
}

export const alignTo = (offset: number, align: number): number => Math.ceil(offset / align) * align;

/** Bytes of the discriminant of so many cases. */
export const discriminantSize = (cases: number): 1 | 2 | 4 => (cases <= 0x100 ? 1 : cases <= 0x1_0000 ? 2 : 4);

/** Bytes of so many flags, of which there are 1 to 32. */
export const flagsSize = (labels: number): 1 | 2 | 4 => (labels <= 8 ? 1 : labels <= 16 ? 2 : 4);

function sequence(types: readonly ValueType[]): Layout {
  let size = 0;
  let align = 1;
  for (const type of types) {
    size = alignTo(size, type.align64) + type.size64;
    align = Math.max(align, type.align64);
  }
  return { size: alignTo(size, align), align };
}

function choice(cases: number, payloads: readonly ValueType[]): Layout {
  const discriminant = discriminantSize(cases);
  const payloadAlign = payloads.reduce((most, type) => Math.max(most, type.align64), 1);
  const align = Math.max(discriminant, payloadAlign);
  const payload = payloads.reduce((most, type) => Math.max(most, type.size64), 0);
  return { size: alignTo(alignTo(discriminant, payloadAlign) + payload, align), align };
}
