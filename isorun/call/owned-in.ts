/** What a lifted value owns: walked by its type, where nobody takes it. */
import type { Resource, ValueType } from "../types/component-types.ts";
import { propertyNames } from "../types/property-name.ts";

export interface Owned {
  readonly resource: Resource;
  readonly value: unknown;
}

/** In the order of the type. */
export function ownedIn(type: ValueType | undefined, value: unknown, isInOption = false): readonly Owned[] {
  if (type === undefined || !type.hasResource) return [];
  switch (type.kind) {
    case "own":
      return [{ resource: type.resource.resource, value }];
    case "record": {
      const names = propertyNames(type.fields.map(({ label }) => label));
      return type.fields.flatMap((field, index) => ownedIn(field.type, Reflect.get(Object(value), names[index] ?? "")));
    }
    case "tuple":
      return type.types.flatMap((part, index) => ownedIn(part, Reflect.get(Object(value), index)));
    case "list":
    case "fixed-list":
      // What is lifted is no other iterable, and one of a host's may be endless.
      return Array.isArray(value) ? value.flatMap((item) => ownedIn(type.element, item)) : [];
    case "map":
      if (!(value instanceof Map)) return [];
      return [...(value as ReadonlyMap<unknown, unknown>)].flatMap(([key, item]) => [
        ...ownedIn(type.key, key),
        ...ownedIn(type.value, item),
      ]);
    case "option":
      if (!isInOption) return value === undefined ? [] : ownedIn(type.type, value, true);
      return ownedInCase(value, { some: type.type }, true);
    case "result":
      return ownedInCase(value, { ok: type.ok, err: type.error });
    case "variant":
      return ownedInCase(value, Object.fromEntries(type.cases.map((each) => [each.label, each.type])));
    default:
      return [];
  }
}

type Payloads = Readonly<Record<string, ValueType | undefined>>;

function ownedInCase(value: unknown, payloads: Payloads, isInOption = false): readonly Owned[] {
  const { tag, val } = value as { readonly tag: string; readonly val?: unknown }; // lifted so
  return ownedIn(payloads[tag], val, isInOption);
}
