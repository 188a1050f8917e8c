/**
 * What a component imports and exports, as it is shown to programs. All who load the same bytes hold the same component,
 * so that one who changed its maps would change them for others, and for the engine: these are copies that refuse it.
 */
import { argumentError } from "../../core/argument-error.ts";
import type { AnyType, ExternType } from "../types/component-types.ts";

type Items = ReadonlyMap<string, ExternType>;

class FixedMap<T> extends Map<string, T> {
  constructor(items: ReadonlyMap<string, T>, shown: (item: T) => T) {
    super();
    for (const [name, item] of items) super.set(name, shown(item));
  }

  override set(): never {
    return refuse();
  }

  override delete(): never {
    return refuse();
  }

  override clear(): never {
    return refuse();
  }
}

/** @throws TypeError (`invalid-argument`) */
function refuse(): never {
  throw argumentError("what a component imports and exports cannot be changed: copy the map, new Map(…)");
}

/** Maps inside are copied when they are looked at: types stand deep in each other. */
export const shownItems = (items: Items): Items => new FixedMap(items, shownItem);

function shownItem(item: ExternType): ExternType {
  if (item.kind === "func") return item;
  if (item.kind === "core module") return { ...item, exports: new FixedMap(item.exports, (type) => type) };
  if (item.kind !== "type") return shownType(item);
  const { type } = item;
  return type.kind === "instance" || type.kind === "component" ? { kind: "type", type: shownType(type) } : item;
}

function shownType<T extends AnyType & { readonly kind: "instance" | "component" }>(type: T): T {
  const shown = { ...type };
  for (const name of ["imports", "exports"] as const) {
    if (!(name in type)) continue;
    let made: Items | undefined;
    const items = Reflect.get(type, name) as Items; // in both of these types
    Object.defineProperty(shown, name, { enumerable: true, get: () => (made ??= shownItems(items)) });
  }
  return shown;
}
