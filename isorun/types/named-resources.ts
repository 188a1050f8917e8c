/** Resources that a type names, in the order in which it does, each once. */
import { type AnyType, type ExternType, isValueType, type Resource } from "./component-types.ts";
import { partsOf } from "./value-type.ts";

const known = new WeakMap<ExternType, readonly Resource[]>();

/** Those that it introduces itself too. Walked once for each type. */
export function resourcesIn(type: ExternType): readonly Resource[] {
  const before = known.get(type);
  if (before !== undefined) return before;
  const search = { found: new Set<Resource>(), seen: new Set<AnyType>() };
  collectItem(type, search);
  const found = [...search.found];
  known.set(type, found);
  return found;
}

interface Search {
  readonly found: Set<Resource>;
  /** A type may name another one twice, level by level. */
  readonly seen: Set<AnyType>;
}

function collectItem(type: ExternType, search: Search): void {
  if (type.kind !== "core module") collect(type.kind === "type" ? type.type : type, search);
}

function collect(type: AnyType, search: Search): void {
  if (search.seen.has(type)) return;
  search.seen.add(type);
  if (type.kind === "resource") search.found.add(type.resource);
  else if (type.kind === "own" || type.kind === "borrow") search.found.add(type.resource.resource);
  else if (type.kind === "instance") collectAll(type.exports, search);
  else if (type.kind === "component") {
    collectAll(type.imports, search);
    collectAll(type.exports, search);
  } else if (type.hasResource) {
    const parts = isValueType(type) ? partsOf(type) : [...type.params.map((param) => param.type), type.result];
    for (const part of parts) if (part !== undefined) collect(part, search);
  }
}

function collectAll(items: ReadonlyMap<string, ExternType>, search: Search): void {
  for (const item of items.values()) collectItem(item, search);
}
