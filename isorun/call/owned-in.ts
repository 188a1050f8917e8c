/**
 * What a value owns, where nobody takes it. It is read as lowering reads it (read-source.ts): a guest chooses names and
 * shapes of types, and what a host gave may be anything.
 */
import type { Resource, ValueType } from "../types/component-types.ts";
import { propertyNames } from "../types/property-name.ts";
import { readItems } from "./read-items.ts";

export interface Owned {
  readonly resource: Resource;
  readonly value: unknown;
}

interface Part {
  readonly type: ValueType;
  readonly value: unknown;
  readonly isInOption?: boolean;
}

/** In the order of the type. Of what is no value of it, or fails while it is read, there is nothing. */
export function ownedIn(type: ValueType | undefined, value: unknown, isInOption = false): readonly Owned[] {
  if (type === undefined || !type.hasResource) return [];
  if (type.kind === "own") return [{ resource: type.resource.resource, value }];
  return partsOf({ type, value, isInOption }).flatMap((part) => ownedIn(part.type, part.value, part.isInOption));
}

function partsOf(given: Part): readonly Part[] {
  try {
    return readParts(given);
  } catch {
    // Getters and iterators of the host.
    return [];
  }
}

/** All are read before one is looked at. */
function readParts({ type, value, isInOption = false }: Part): readonly Part[] {
  switch (type.kind) {
    case "record": {
      if (typeof value !== "object" || value === null) return [];
      const names = propertyNames(type.fields.map(({ label }) => label));
      return type.fields.map((field, index) => ({ type: field.type, value: property(value, names[index] ?? "") }));
    }
    case "tuple": {
      const items = itemsOf(value, type.types.length);
      return items === undefined ? [] : type.types.map((part, index) => ({ type: part, value: items[index] }));
    }
    case "fixed-list":
      return itemsOf(value, type.length)?.map((item) => ({ type: type.element, value: item })) ?? [];
    case "list":
      return endingItems(value).map((item) => ({ type: type.element, value: item }));
    case "map":
      return endingItems(value).flatMap((pair) => {
        const items = itemsOf(pair, 2);
        return items === undefined
          ? []
          : [type.key, type.value].map((part, index) => ({ type: part, value: items[index] }));
      });
    case "option":
      if (isInOption)
        return readCase(value, ["none", "some"], [undefined, type.type]).map((part) => ({ ...part, isInOption: true }));
      return value === undefined ? [] : [{ type: type.type, value, isInOption: true }];
    case "result":
      return readCase(value, ["ok", "err"], [type.ok, type.error]);
    case "variant":
      return readCase(
        value,
        type.cases.map(({ label }) => label),
        type.cases.map((each) => each.type),
      );
    default:
      return [];
  }
}

/** What all objects inherit is nobody's field (`Support.own`). */
const property = (value: object, name: string): unknown =>
  name in Object.prototype && !Object.hasOwn(value, name) ? undefined : Reflect.get(value, name);

function readCase(
  value: unknown,
  labels: readonly string[],
  payloads: readonly (ValueType | undefined)[],
): readonly Part[] {
  if (typeof value !== "object" || value === null) return [];
  const tag: unknown = Reflect.get(value, "tag");
  const type = typeof tag === "string" ? payloads[labels.indexOf(tag)] : undefined;
  return type === undefined ? [] : [{ type, value: Reflect.get(value, "val") as unknown }];
}

/** So many, of whatever has them. */
function itemsOf(value: unknown, count: number): readonly unknown[] | undefined {
  const items = readItems(value, { most: count, look: () => undefined });
  return typeof items === "object" && items.length === count ? items : undefined;
}

/** No list has more: an item that owns something takes four bytes at least. */
const itemsMax = 2 ** 26 - 1;

/** Of what says how many it has. Other iterables may be endless, or read already: a list may have very many. */
function endingItems(value: unknown): readonly unknown[] {
  const [set, map] = sizes.map((size) => size(value));
  const count = Array.isArray(value) ? value.length : (set ?? map);
  if (count === undefined || count > itemsMax) return [];
  const items = readItems(value, { most: count, look: () => undefined });
  return typeof items === "object" ? items : [];
}

/** What the engine itself says of sets and maps, past properties that somebody put in the way; undefined of all else. */
const sizes = [Set, Map].map(({ prototype }) => {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, "size");
  return (value: unknown): number | undefined => {
    try {
      return Number(descriptor?.get?.call(value));
    } catch {
      // It is no such value.
      return undefined;
    }
  };
});
