/**
 * What exists for each resource that a component imports: whatever is given where it is imported first. Where that is
 * nothing, a fallback is asked; and if imports that nobody gives trap, it is what is given for it somewhere else, or one of
 * nobody's. Types and items both have it from here, so that none is two.
 */
import type { RuntimeResource } from "../call/handle-table.ts";
import type { Item, ResourceMap } from "../instantiate/runtime-scope.ts";
import type { ComponentType, ExternType, Resource, ResourceType } from "../types/component-types.ts";
import { type HostDefinition, Linker } from "./linker.ts";

/** Who serves which import. */
export interface Serving {
  readonly linker: Linker;
  /** The export of another instance that is linked for an import. */
  readonly localOf: (name: string) => { readonly item: Item } | undefined;
  /** What was defined for an import. */
  readonly definitionOf: (name: string) => HostDefinition | undefined;
  /** Imports that nobody gives trap when they are called. */
  readonly unknownImportsTrap: boolean;
}

/** An import, then the names in it. */
type Path = readonly string[];

interface Place {
  readonly path: Path;
  readonly type: ResourceType;
}

/** Something that is given: no resource, if it does not fit. */
interface GivenThere {
  readonly resource: RuntimeResource | undefined;
}

export class ImportedResources {
  /** What was found so far: other interfaces use it under names of their own. */
  readonly known: ResourceMap = new Map();
  readonly #component: ComponentType;
  readonly #serving: Serving;
  /** Of fallbacks, which are asked once for each place; by the import first, which may have a long name. */
  #answers: Map<string, Map<string, HostDefinition | undefined>> | undefined;
  #places: ReadonlyMap<Resource, readonly Named[]> | undefined;

  constructor(component: ComponentType, serving: Serving) {
    this.#component = component;
    this.#serving = serving;
  }

  /** What is not found then is missing, or was given as something else. */
  findAll(): void {
    for (const { resource, path } of this.#component.importedResources) {
      const found = this.#find(resource, path);
      if (found !== undefined) this.known.set(resource, found);
    }
  }

  #find(resource: Resource, path: Path): RuntimeResource | undefined {
    const given = this.#givenAt(path) ?? this.#answerFor(path, resourceTypeAt(path, this.#component.imports));
    if (given !== undefined) return given.resource;
    return this.#serving.unknownImportsTrap ? this.standIn(resource) : undefined;
  }

  /** For one that nobody gives where it is imported first, while imports that nobody gives trap. */
  standIn(resource: Resource): RuntimeResource {
    this.#places ??= namedIn(this.#component.imports);
    const places = this.#places.get(resource) ?? [];
    const found =
      firstOf(places, ({ around, name }) => this.#givenAt([...around, name])) ??
      firstOf(places, ({ around, name, type }) => this.#answerFor([...around, name], type));
    const made = found ?? { kind: "resource", drop: () => undefined, owner: undefined };
    this.known.set(resource, made);
    return made;
  }

  /** What stands in its place, if a fallback wants to answer for it. */
  fallbackFor({ path, type }: Place): HostDefinition | undefined {
    const [name = "", ...inner] = path;
    this.#answers ??= new Map();
    const answers = this.#answers.get(name) ?? new Map<string, HostDefinition | undefined>();
    this.#answers.set(name, answers);
    const place = inner.join("#");
    if (!answers.has(place)) answers.set(place, Linker.fallbackOf(this.#serving.linker, { path, type }));
    return answers.get(place);
  }

  #answerFor(path: Path, type: ResourceType | undefined): GivenThere | undefined {
    const definition = type === undefined ? undefined : this.fallbackFor({ path, type });
    return definition === undefined ? undefined : givenBy(definition);
  }

  /** Undefined where nothing is given. */
  #givenAt(path: Path): GivenThere | undefined {
    const [name = ""] = path;
    const local = this.#serving.localOf(name);
    if (local !== undefined) return givenIn(local.item, path);
    let definition = this.#serving.definitionOf(name);
    for (let depth = 1; depth < path.length; depth += 1) {
      if (definition === undefined) return undefined;
      if (definition.kind !== "instance") return { resource: undefined };
      definition = Linker.definitionsOf(definition.linker).get(path[depth] ?? "");
    }
    return definition === undefined ? undefined : givenBy(definition);
  }
}

const givenBy = (definition: HostDefinition): GivenThere => ({
  resource: definition.kind === "resource" ? definition.resource : undefined,
});

/** @param item of the whole import */
function givenIn(item: Item, path: Path): GivenThere {
  let found: Item | undefined = item;
  for (let depth = 1; depth < path.length; depth += 1) {
    found = found?.kind === "instance" ? found.exports.get(path[depth] ?? "") : undefined;
  }
  return { resource: found?.kind === "type" ? found.resource : undefined };
}

function resourceTypeAt([name = "", ...inner]: Path, imports: ReadonlyMap<string, ExternType>) {
  let type = imports.get(name);
  for (const each of inner) type = type?.kind === "instance" ? type.exports.get(each) : undefined;
  return type?.kind === "type" && type.type.kind === "resource" ? type.type : undefined;
}

function firstOf<T>(places: readonly T[], find: (place: T) => GivenThere | undefined): RuntimeResource | undefined {
  for (const place of places) {
    const found = find(place)?.resource;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where a resource has a name. */
interface Named {
  /** Shared by all that stand there. */
  readonly around: Path;
  readonly name: string;
  readonly type: ResourceType;
}

function namedIn(imports: ReadonlyMap<string, ExternType>): ReadonlyMap<Resource, readonly Named[]> {
  const places = new Map<Resource, Named[]>();
  const visit = (types: ReadonlyMap<string, ExternType>, around: Path): void => {
    for (const [name, type] of types) {
      if (type.kind === "instance") visit(type.exports, [...around, name]);
      if (type.kind !== "type" || type.type.kind !== "resource") continue;
      const known = places.get(type.type.resource) ?? [];
      known.push({ around, name, type: type.type });
      places.set(type.type.resource, known);
    }
  };
  visit(imports, []);
  return places;
}
