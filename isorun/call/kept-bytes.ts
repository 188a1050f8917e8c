/**
 * What JavaScript keeps for an item of a list beside the bytes that it has in the guest's memory: objects, of which a
 * guest can name any number with few bytes. By type alone, so that a limit is the same on every engine.
 */
import type { Case, ValueType } from "../types/component-types.ts";
import { typedArrays } from "../types/typed-arrays.ts";

/**
 * In bytes: about what the resident memory of a process grows by for each of a million, the larger of Bun 1.4.5 and Node
 * 24.21 (README.md, What was measured).
 */
const kept = {
  /** In the array of the items, which is grown ahead. */
  slot: 16,
  object: 64,
  field: 8,
  /** One that was written with all its items. */
  tuple: 96,
  /** One that items were put into. */
  array: 256,
  /** With its buffer. */
  typedArray: 512,
  map: 256,
  /** In a map, with room for others. */
  pair: 64,
  string: 128,
  char: 48,
  bigint: 48,
  /** Of those that engines do not keep in place everywhere. */
  number: 16,
  /** With what its lending takes. */
  resource: 224,
};

/** Beyond this the items of one list of a fixed length are counted where they are made. */
const fixedMax = 4096;

const known = new WeakMap<ValueType, number>();

/** For an item of this type, with its place in the array. */
export const keptItem = (element: ValueType): number => kept.slot + keptValue(element);

/** For an entry of a map. */
export const keptPair = (key: ValueType, value: ValueType): number => kept.pair + keptValue(key) + keptValue(value);

/** For the items of a list of a fixed length that are counted where they are made; 0 where they count with the list. */
export function keptApart(type: ValueType & { readonly kind: "fixed-list" }): number {
  const items = keptItems(type);
  return items > fixedMax ? items : 0;
}

/** Without what stands in other lists: they count where they are made. */
function keptValue(type: ValueType): number {
  const before = known.get(type);
  if (before !== undefined) return before;
  const bytes = compute(type);
  known.set(type, bytes);
  return bytes;
}

function compute(type: ValueType): number {
  switch (type.kind) {
    case "primitive":
      return keptPrimitive(type.primitive);
    case "record":
      return fieldsOf(type.fields.length) + sum(type.fields.map((field) => field.type));
    case "flags":
      return fieldsOf(type.labels.length);
    case "tuple":
      return kept.tuple + type.types.length * kept.field + sum(type.types);
    case "option":
      // One that stands directly in another is told apart by a tag.
      return (type.type.kind === "option" ? fieldsOf(2) : 0) + keptValue(type.type);
    case "variant":
      return fieldsOf(2) + largest(type.cases.map((each: Case) => each.type));
    case "result":
      return fieldsOf(2) + largest([type.ok, type.error]);
    case "enum":
      return 0;
    case "list":
      return isNumeric(type.element) ? kept.typedArray : kept.array;
    case "fixed-list":
      return (isNumeric(type.element) ? kept.typedArray : kept.array) + (keptApart(type) > 0 ? 0 : keptItems(type));
    case "map":
      return kept.map;
    default:
      return kept.resource;
  }
}

function keptPrimitive(primitive: string): number {
  if (primitive === "string") return kept.string;
  if (primitive === "char") return kept.char;
  if (primitive === "u64" || primitive === "s64") return kept.bigint;
  return primitive === "u32" || primitive === "s32" || primitive === "f32" || primitive === "f64" ? kept.number : 0;
}

const fieldsOf = (count: number): number => kept.object + count * kept.field;

const sum = (types: readonly ValueType[]): number => types.reduce((bytes, type) => bytes + keptValue(type), 0);

const largest = (types: readonly (ValueType | undefined)[]): number =>
  types.reduce((bytes, type) => Math.max(bytes, type === undefined ? 0 : keptValue(type)), 0);

const isNumeric = (type: ValueType): boolean => type.kind === "primitive" && typedArrays[type.primitive] !== undefined;

/** Numbers stand beside each other. */
const keptItems = ({ element, length }: ValueType & { readonly kind: "fixed-list" }): number =>
  length * (isNumeric(element) ? element.size64 : keptItem(element));
