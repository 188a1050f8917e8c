/** The items of values of a host, which may be endless, lie about their length, or take their time. */
import { isGone } from "./numeric-array.ts";

export interface ReadLimits {
  /** How many items may come. */
  readonly most: number;
  /** Asked behind each item. @throws what ends the call meanwhile */
  readonly look: () => void;
}

/**
 * In an array of our own; a number if there are more than `most`: as many as there are, if the value is an array and says
 * so, and then none is read. Undefined if it is nothing that has items.
 */
export function readItems(value: unknown, { most, look }: ReadLimits): unknown[] | number | undefined {
  if (value === null || typeof value !== "object" || isGone(value)) return undefined;
  const iterate: unknown = Reflect.get(value, Symbol.iterator);
  if (typeof iterate !== "function") return undefined;
  // What iterates as arrays do ends at its length, whatever else it is.
  const length: unknown = iterate === arrayValues ? Reflect.get(value, "length") : undefined;
  if (typeof length === "number" && length > most) return length;
  const items: unknown[] = [];
  for (const item of value as Iterable<unknown>) {
    look();
    if (items.push(item) > most) return items.length;
  }
  return items;
}

const arrayValues: unknown = Array.prototype[Symbol.iterator];
