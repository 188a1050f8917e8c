/**
 * What a component asks for against what those who serve it state. Resources of imports are those of whoever gives them,
 * found by their names. A function that fitted once is not compared again, as long as the same types serve the imports: a
 * component keeps its types, but its resources are another's with each link.
 */
import type { RuntimeResource } from "../call/handle-table.ts";
import type { ComponentType, ExternType, FuncType, InstanceType, Resource } from "../types/component-types.ts";
import { Substitution } from "../types/substitute.ts";
import { externMismatch, matchResources } from "../types/subtype.ts";
import type { ServedTypes } from "./link-resources.ts";
import type { HostDefinition } from "./linker.ts";

interface FuncMismatch {
  readonly wanted: FuncType;
  readonly given: FuncType;
  readonly givenIn: ReadonlyMap<string, ExternType>;
  readonly mismatch: string;
}

/** The types that were stated for what a component asks for, where they fit. */
type Fitting = WeakMap<FuncType, FuncType>;

/** Of functions without resources: these fit whoever serves the other imports. */
const fitting: Fitting = new WeakMap();

interface Served {
  /** In the order of the imports; undefined for those whose types nobody stated. Then, in pairs, what exists. */
  readonly by: readonly (ExternType | Resource | undefined)[];
  /** From the resources of the imports to those of who serves them. */
  readonly substitution: Substitution;
  readonly fitting: Fitting;
}

/** The last of each component: most are linked in one way only. */
const lastServed = new WeakMap<ReadonlyMap<string, ExternType>, Served>();

export class ImportTypes {
  readonly #component: ComponentType;
  readonly #served: ServedTypes;
  #known: Served | undefined;

  constructor(component: ComponentType, served: ServedTypes) {
    this.#component = component;
    this.#served = served;
  }

  /** With the resources of what serves the imports. */
  wanted(type: ExternType): ExternType {
    return this.#matched.substitution.extern(type);
  }

  /** What serves an import, where somebody stated that. */
  given(name: string): ExternType | undefined {
    return this.#served.typeOf(name);
  }

  /** What exists for a resource of who serves the imports, if that is known. */
  existing(resource: Resource): RuntimeResource | undefined {
    return this.#served.existing?.(resource);
  }

  /** An import for whose resource another one exists than these types have it for: its handles would be of two. */
  disagreeing(resources: ReadonlyMap<Resource, RuntimeResource>): readonly string[] | undefined {
    const { existing } = this.#served;
    if (existing === undefined) return undefined;
    const { substitution } = this.#matched;
    const isOther = (own: Resource): boolean => existing(substitution.resource(own)) !== resources.get(own);
    return this.#component.importedResources.find(({ resource }) => isOther(resource))?.path;
  }

  /** What the component has it for: the names that lead there, an import and those in it. */
  pathOf(resource: Resource): readonly string[] | undefined {
    const { substitution } = this.#matched;
    const { importedResources } = this.#component;
    return importedResources.find((imported) => substitution.resource(imported.resource) === resource)?.path;
  }

  exportsOf(type: InstanceType): ReadonlyMap<string, ExternType> {
    const wanted = this.wanted(type);
    return wanted.kind === "instance" ? wanted.exports : type.exports;
  }

  /** Undefined if it fits, or if nobody stated its type. */
  mismatchOf(
    type: FuncType,
    { declared }: HostDefinition & { readonly kind: "func" },
    name: string,
  ): FuncMismatch | undefined {
    if (declared?.type === undefined) return undefined;
    const givenIn = this.#served.stated(declared.type).exports;
    const given = givenIn.get(name);
    if (given?.kind !== "func") return undefined;
    const fits = type.hasResource ? this.#matched.fitting : fitting;
    if (fits.get(type) === given) return undefined;
    const wanted = this.wanted(type) as FuncType; // the kind stays
    const mismatch = externMismatch(given, wanted);
    if (mismatch !== undefined) return { wanted, given, givenIn, mismatch };
    fits.set(type, given);
    return undefined;
  }

  get #matched(): Served {
    if (this.#known !== undefined) return this.#known;
    const { imports } = this.#component;
    const by: (ExternType | Resource | undefined)[] = [];
    for (const name of imports.keys()) by.push(this.#served.typeOf(name));
    for (const [from, to] of this.#served.given) by.push(from, to);
    const last = lastServed.get(imports);
    const isSame = last?.by.length === by.length && last.by.every((type, place) => type === by[place]);
    this.#known = last !== undefined && isSame ? last : this.#match(by);
    return this.#known;
  }

  #match(by: Served["by"]): Served {
    const { imports, importedResources } = this.#component;
    const substitution = new Substitution();
    for (const [from, to] of this.#served.given) substitution.set(from, to);
    const types = new Map<string, ExternType>();
    for (const name of imports.keys()) {
      const type = this.#served.typeOf(name);
      if (type !== undefined) types.set(name, type);
    }
    const open = new Set(importedResources.map(({ resource }) => resource));
    matchResources(imports, types, { open, substitution });
    const served: Served = { by, substitution, fitting: new WeakMap() };
    lastServed.set(imports, served);
    return served;
  }
}
