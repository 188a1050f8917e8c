/** The items of a list where they stand: a typed array may have millions, which need not become as many objects. */
import type { ValueType } from "../types/component-types.ts";
import { typedArrays } from "../types/typed-arrays.ts";
import { integerRanges } from "./integers.ts";

/** @returns undefined for what has no items */
export function arrayItems(value: unknown): ArrayLike<unknown> | undefined {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) return undefined;
  if (Array.isArray(value) || isTypedArray(value)) return value;
  return Array.from(value as Iterable<unknown>);
}

const isTypedArray = (value: object): value is Uint8Array => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Whether these are the integers of the element type, none of which has to be looked at. */
export function areIntegers(items: ArrayLike<unknown>, element: ValueType): items is Uint8Array {
  if (element.kind !== "primitive" || integerRanges[element.primitive] === undefined) return false;
  return isTypedArray(items) && items[Symbol.toStringTag] === typedArrays[element.primitive];
}
