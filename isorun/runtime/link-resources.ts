/**
 * Which resource is which, where other instances serve imports.
 *
 * A resource exists as what handles point to (RuntimeResource): one for each instance that defines it, or that a Linker
 * made. Types name it by other objects: one `Resource` in each component that defines or imports it, the same in all
 * instances of that component. So identity is decided by what exists: in the types of what is given, each Resource gives way
 * to the one by which its RuntimeResource was met first, in the order of imports, and those are compared. The interface, and
 * the instance, that a resource is reached through say nothing.
 */
import type { RuntimeResource } from "../call/handle-table.ts";
import type { Root } from "../call/task.ts";
import type { FuncItem, InstanceItem, ResourceMap } from "../instantiate/runtime-scope.ts";
import type { ComponentType, ExternType, InstanceType, Resource } from "../types/component-types.ts";
import { newResource } from "../types/component-types.ts";
import { resourcesIn } from "../types/named-resources.ts";
import { Substitution } from "../types/substitute.ts";
import type { ImportedResources, Serving } from "./link-absent.ts";
import { Linker } from "./linker.ts";

/** An export of another instance, which serves an import. */
export interface LocalLink {
  readonly item: InstanceItem | FuncItem;
  /** As the component of the other instance has it. */
  readonly type: ExternType;
  /** What the resources are that the type names. */
  readonly resources: ReadonlyMap<Resource, RuntimeResource>;
  /** The other instance, which may end before it is linked. */
  readonly provider: Pick<Root, "state">;
}

/** The types of those who serve imports, in which one Resource stands for one that exists. */
export interface ServedTypes {
  /** Undefined for imports whose types nobody stated. */
  readonly typeOf: (name: string) => ExternType | undefined;
  /** What a host states of an interface. */
  readonly stated: (type: InstanceType) => InstanceType;
  /** What stands for resources of imports, also of a host that states no types. */
  readonly given: readonly Renamed[];
  /** What exists; absent where all resources are of one host, and undefined where nobody has said it. */
  readonly existing?: (resource: Resource) => RuntimeResource | undefined;
}

export type Renamed = readonly [from: Resource, to: Resource];

interface Links extends Serving {
  readonly locals: ReadonlyMap<string, LocalLink>;
  readonly localOf: (name: string) => LocalLink | undefined;
}

/** @param resources of which all are found then, if instances serve some */
export function servedTypes(component: ComponentType, serving: Links, resources: ImportedResources): ServedTypes {
  const { locals, localOf, definitionOf } = serving;
  if (![...locals.values()].some(({ type }) => resourcesIn(type).length > 0)) {
    // All resources are given by one host, which names them itself where it states types.
    const typeOf = (name: string): ExternType | undefined => localOf(name)?.type ?? Linker.typeOf(definitionOf(name));
    return { typeOf, stated: (type) => type, given: [] };
  }
  resources.findAll();
  const ofHost = statedResources(component, serving, resources.known);
  const names = new ResourceNames(component);
  const types = new Map<string, ExternType>();
  for (const name of component.imports.keys()) {
    const local = localOf(name);
    const type = local?.type ?? Linker.typeOf(definitionOf(name));
    if (type === undefined) continue;
    types.set(name, names.typeOf(type, local === undefined ? ofHost : (resource) => local.resources.get(resource)));
  }
  const given = [...resources.known].map(([own, existing]) => [own, names.nameOf(existing, own)] as const);
  return {
    typeOf: (name) => types.get(name),
    stated: (type) => names.typeOf(type, ofHost) as InstanceType, // the kind stays
    given,
    existing: (resource) => names.existing(resource),
  };
}

/** What the resources are that a host states of its interfaces. */
function statedResources({ imports }: ComponentType, serving: Serving, known: ResourceMap): ExistingOf {
  const found: ResourceMap = new Map();
  for (const [name, asked] of imports) {
    const definition = serving.localOf(name) === undefined ? serving.definitionOf(name) : undefined;
    const type = Linker.typeOf(definition);
    if (definition?.kind !== "instance" || type === undefined || resourcesIn(type).length === 0) continue;
    const definitions = Linker.definitionsOf(definition.linker);
    for (const [inner, item] of type.exports) {
      if (item.kind !== "type" || item.type.kind !== "resource" || found.has(item.type.resource)) continue;
      const given = definitions.get(inner);
      const own = asked.kind === "instance" ? asked.exports.get(inner) : undefined;
      const existing = given?.kind === "resource" ? given.resource : resourceOf(own, known);
      // A host may not state functions of what an instance defines.
      if (existing !== undefined && existing.owner === undefined) found.set(item.type.resource, existing);
    }
  }
  return (resource) => found.get(resource);
}

const resourceOf = (type: ExternType | undefined, known: ResourceMap): RuntimeResource | undefined =>
  type?.kind === "type" && type.type.kind === "resource" ? known.get(type.type.resource) : undefined;

type ExistingOf = (resource: Resource) => RuntimeResource | undefined;

/** By which Resource each one that exists goes. */
class ResourceNames {
  readonly #names = new Map<RuntimeResource, Resource>();
  readonly #existing = new Map<Resource, RuntimeResource>();
  /** What the component itself has for its imports: it may be a component whose instances serve them, too. */
  readonly #own: ReadonlySet<Resource>;

  constructor({ importedResources }: ComponentType) {
    this.#own = new Set(importedResources.map(({ resource }) => resource));
  }

  existing(name: Resource): RuntimeResource | undefined {
    return this.#existing.get(name);
  }

  /** @param proposed unless it stands for something else */
  nameOf(existing: RuntimeResource, proposed: Resource): Resource {
    const known = this.#names.get(existing);
    if (known !== undefined) return known;
    let name = proposed;
    while (this.#own.has(name) || this.#existing.has(name)) name = anotherFor(name);
    this.#names.set(existing, name);
    this.#existing.set(name, existing);
    return name;
  }

  typeOf(type: ExternType, existingOf: ExistingOf): ExternType {
    const renamed: Renamed[] = [];
    for (const resource of resourcesIn(type)) {
      const existing = existingOf(resource);
      const name = existing === undefined ? resource : this.nameOf(existing, resource);
      if (name !== resource) renamed.push([resource, name]);
    }
    return renamed.length === 0 ? type : withNames(type, renamed);
  }
}

/** The same for each link, so that types which fitted once are known to. */
const others = new WeakMap<Resource, Resource>();

function anotherFor(resource: Resource): Resource {
  const made = others.get(resource) ?? newResource();
  others.set(resource, made);
  return made;
}

interface WithNames {
  readonly renamed: readonly Renamed[];
  readonly type: ExternType;
}

/** The last of each type: most are linked in one way only. */
const lastNamed = new WeakMap<ExternType, WithNames>();

function withNames(type: ExternType, renamed: readonly Renamed[]): ExternType {
  const last = lastNamed.get(type);
  if (last !== undefined && areSame(last.renamed, renamed)) return last.type;
  const substitution = new Substitution();
  for (const [from, to] of renamed) substitution.set(from, to);
  const made = substitution.extern(type);
  lastNamed.set(type, { renamed, type: made });
  return made;
}

const areSame = (some: readonly Renamed[], other: readonly Renamed[]): boolean =>
  some.length === other.length &&
  some.every(([from, to], index) => from === other[index]?.[0] && to === other[index]?.[1]);
