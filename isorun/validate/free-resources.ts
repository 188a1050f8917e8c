/** Whether a type names resources that it does not introduce itself. */
import { type AnyType, type ExternType, isValueType, type Resource } from "../types/component-types.ts";
import { partsOf } from "../types/value-type.ts";

type Binder = AnyType & { readonly kind: "instance" | "component" };

export function hasFreeResources(type: AnyType): boolean {
  if (type.kind === "instance" || type.kind === "component") return freeIn(type) !== undefined;
  return type.kind === "resource" || type.hasResource;
}

/**
 * One free resource of each, if there is one: whatever names a type has that one free too, unless it introduces it. All
 * of them would be as many as there are resources, for each type that names what names them.
 */
const knownFree = new WeakMap<Binder, { readonly free: Resource | undefined }>();

function freeIn(type: Binder): Resource | undefined {
  const known = knownFree.get(type);
  if (known !== undefined) return known.free;
  const free = new Search().findInside(type);
  knownFree.set(type, { free });
  return free;
}

class Search {
  /** No resource is introduced twice: what one type introduces is met nowhere but in it. */
  readonly #bound = new Set<Resource>();
  readonly #seen = new Set<AnyType>();

  findInside(type: Binder): Resource | undefined {
    for (const resource of introducedBy(type)) this.#bound.add(resource);
    if (type.kind === "component") return this.#findInItems(type.imports) ?? this.#findInItems(type.exports);
    return this.#findInItems(type.exports);
  }

  #findInItems(items: ReadonlyMap<string, ExternType>): Resource | undefined {
    for (const item of items.values()) {
      if (item.kind === "core module") continue;
      const free = this.#find(item.kind === "type" ? item.type : item);
      if (free !== undefined) return free;
    }
    return undefined;
  }

  #find(type: AnyType): Resource | undefined {
    if (type.kind === "resource") return this.#unbound(type.resource);
    if (type.kind === "instance" || type.kind === "component") {
      const free = freeIn(type);
      // One that is introduced around it may hide others: these are looked for.
      if (free === undefined || !this.#bound.has(free)) return free;
      return this.#isNew(type) ? this.findInside(type) : undefined;
    }
    if (!type.hasResource || !this.#isNew(type)) return undefined;
    if (type.kind === "own" || type.kind === "borrow") return this.#unbound(type.resource.resource);
    const parts = isValueType(type) ? partsOf(type) : [...type.params.map((param) => param.type), type.result];
    for (const part of parts) {
      const free = part === undefined ? undefined : this.#find(part);
      if (free !== undefined) return free;
    }
    return undefined;
  }

  #unbound(resource: Resource): Resource | undefined {
    return this.#bound.has(resource) ? undefined : resource;
  }

  #isNew(type: AnyType): boolean {
    const isNew = !this.#seen.has(type);
    this.#seen.add(type);
    return isNew;
  }
}

function* introducedBy(type: Binder): Iterable<Resource> {
  if (type.kind === "instance") yield* type.resources;
  else {
    for (const { resource } of type.importedResources) yield resource;
    yield* type.definedResources;
  }
}
