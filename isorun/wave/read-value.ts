/**
 * Reads a value as its type says, in one pass. WAVE cannot be read without types: `{}` is a set of flags or a map, and
 * `a` a case or an enum. Each function stands before the value and ends behind it.
 */
import type { Case, ValueType, ValueTypeOf } from "../types/component-types.ts";
import type { Cursor } from "./cursor.ts";
import { describeType } from "./describe-type.ts";
import { isKeyword, labelsOf, withoutPercent } from "./labels.ts";
import { readFlags, readMap, readRecord } from "./read-braces.ts";
import { readPrimitive } from "./read-primitive.ts";

export const readValue = (cursor: Cursor, type: ValueType): unknown =>
  type.kind === "primitive" ? readPrimitive(cursor, type.primitive) : cursor.nest(() => readCompound(cursor, type));

function readCompound(cursor: Cursor, type: ValueType): unknown {
  if (type.kind === "record") return readRecord(cursor, { type, readValue });
  if (type.kind === "map") return readMap(cursor, { type, readValue });
  if (type.kind === "flags") return readFlags(cursor, type);
  if (type.kind === "list" || type.kind === "fixed-list") return readList(cursor, type);
  if (type.kind === "tuple") return readTuple(cursor, type);
  if (type.kind === "enum") return readLabel(cursor, type);
  if (type.kind === "variant") return readVariant(cursor, type);
  if (type.kind === "result") return readResult(cursor, type);
  if (type.kind !== "option") return cursor.fail("a value that can be written", `one of type '${type.kind}' cannot`);
  const option = readOption(cursor, type);
  return option.tag === "some" ? option.val : undefined;
}

type Numbers = ReturnType<(typeof numberArrays)[keyof typeof numberArrays]>;

/** Lists of numbers are arrays of their own kind. */
const numberArrays = {
  s8: (items: readonly unknown[]) => Int8Array.from(items as readonly number[]),
  u8: (items: readonly unknown[]) => Uint8Array.from(items as readonly number[]),
  s16: (items: readonly unknown[]) => Int16Array.from(items as readonly number[]),
  u16: (items: readonly unknown[]) => Uint16Array.from(items as readonly number[]),
  s32: (items: readonly unknown[]) => Int32Array.from(items as readonly number[]),
  u32: (items: readonly unknown[]) => Uint32Array.from(items as readonly number[]),
  s64: (items: readonly unknown[]) => BigInt64Array.from(items as readonly bigint[]),
  u64: (items: readonly unknown[]) => BigUint64Array.from(items as readonly bigint[]),
  f32: (items: readonly unknown[]) => Float32Array.from(items as readonly number[]),
  f64: (items: readonly unknown[]) => Float64Array.from(items as readonly number[]),
};

const isNumber = (primitive: string): primitive is keyof typeof numberArrays => Object.hasOwn(numberArrays, primitive);

function readList(cursor: Cursor, type: ValueTypeOf<"list" | "fixed-list">): Numbers | unknown[] {
  const { element } = type;
  const length = type.kind === "fixed-list" ? type.length : Infinity;
  const items: unknown[] = [];
  cursor.expect("[", describeType(type));
  while (cursor.peek() !== "]") {
    if (items.length === length) cursor.fail(`']' behind ${length} items`);
    items.push(readValue(cursor, element));
    if (!cursor.take(",")) break;
  }
  if (type.kind === "fixed-list" && items.length < length) cursor.fail(`${length} items in the list`);
  cursor.expect("]", "',' or ']'");
  return element.kind === "primitive" && isNumber(element.primitive) ? numberArrays[element.primitive](items) : items;
}

function readTuple(cursor: Cursor, type: ValueTypeOf<"tuple">): unknown[] {
  cursor.expect("(", describeType(type));
  const values = type.types.map((part, index) => {
    if (index > 0) cursor.expect(",", `',' and ${describeType(part)}`);
    return readValue(cursor, part);
  });
  cursor.take(",");
  cursor.expect(")");
  return values;
}

/** One of the labels. Those that are keywords stand behind `%`. */
function readLabel(cursor: Cursor, type: ValueTypeOf<"enum" | "variant">): string {
  const word = cursor.peekWord() ?? "";
  const label = withoutPercent(word);
  if (!labelsOf(type).has(label)) return cursor.fail(describeType(type));
  if (isKeyword(word)) return cursor.fail(describeType(type), `its case is written '%${word}'`);
  cursor.offset += word.length;
  return label;
}

interface Tagged {
  readonly tag: string;
  readonly val?: unknown;
}

function readVariant(cursor: Cursor, type: ValueTypeOf<"variant">): Tagged {
  const label = readLabel(cursor, type);
  return readPayload(cursor, { label, type: labelsOf(type).get(label) });
}

function readPayload(cursor: Cursor, { label, type }: Case): Tagged {
  if (type === undefined) {
    return cursor.peek() === "(" ? cursor.fail(`nothing in brackets behind '${label}'`) : { tag: label };
  }
  cursor.expect("(", `'(' and ${describeType(type)} behind '${label}'`);
  const val = readValue(cursor, type);
  cursor.expect(")");
  return { tag: label, val };
}

/** What may stand without `some(…)` or `ok(…)`. */
const isFlat = (type: ValueType): boolean => type.kind !== "option" && type.kind !== "result";

function readResult(cursor: Cursor, type: ValueTypeOf<"result">): Tagged {
  const word = cursor.peekWord();
  if (word === "ok" || word === "err") {
    cursor.offset += word.length;
    return readPayload(cursor, { label: word, type: word === "ok" ? type.ok : type.error });
  }
  if (type.ok !== undefined && isFlat(type.ok)) return { tag: "ok", val: readValue(cursor, type.ok) };
  return cursor.fail(`${describeType(type)} ('ok' or 'err')`);
}

/** An option that stands directly in another one keeps its tag. */
function readOption(cursor: Cursor, { type }: ValueTypeOf<"option">): Tagged {
  const word = cursor.peekWord();
  if (word === "none") {
    cursor.offset += word.length;
    return readPayload(cursor, { label: word, type: undefined });
  }
  if (word !== "some") {
    if (isFlat(type)) return { tag: "some", val: readValue(cursor, type) };
    return cursor.fail(`option<${describeType(type)}> ('some(…)' or 'none')`);
  }
  cursor.offset += word.length;
  if (type.kind !== "option") return readPayload(cursor, { label: word, type });
  cursor.expect("(", `'(' and ${describeType(type)} behind 'some'`);
  const val = cursor.nest(() => readOption(cursor, type));
  cursor.expect(")");
  return { tag: "some", val };
}
