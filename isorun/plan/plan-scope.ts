/** The index spaces of a component instance, filled with where things will come from. */
import type { StringEncoding } from "../decode/ast.ts";
import type { ExternType, InstanceType } from "../types/component-types.ts";
import type { ValidComponent } from "../validate/valid-component.ts";
import type { CoreOrigin, PlannedModule } from "./plan.ts";

export type Planned =
  | { readonly kind: "func"; readonly origin: FuncOrigin }
  | { readonly kind: "instance"; readonly exports: PlannedItems }
  | { readonly kind: "component"; readonly component: ValidComponent; readonly outer: PlanScope }
  | { readonly kind: "foreign component"; readonly path: string }
  | { readonly kind: "core module"; readonly module: PlannedModule }
  | { readonly kind: "type" };

/** By name. Those of an import are made when somebody asks: instances of what is imported may be many, and each large. */
export interface PlannedItems extends Iterable<readonly [string, Planned]> {
  get(name: string): Planned | undefined;
}

export type FuncOrigin =
  | { readonly kind: "import"; readonly path: string }
  | {
      readonly kind: "lift";
      readonly instance: number;
      readonly core: CoreOrigin;
      readonly encoding: StringEncoding;
    };

/** A core instance: one that a step makes, or a bundle of items under names. */
export type CoreBundle = (name: string) => CoreOrigin;

const coreSorts = ["func", "table", "memory", "global", "tag"] as const;
type PlannedCoreSort = (typeof coreSorts)[number];

export class PlanScope {
  readonly outer: PlanScope | undefined;
  /** The step that makes the instance. */
  readonly instance: number;

  readonly coreInstances: CoreBundle[] = [];
  readonly core: Readonly<Record<PlannedCoreSort, CoreOrigin[]>> = {
    func: [],
    table: [],
    memory: [],
    global: [],
    tag: [],
  };
  readonly exports = new Map<string, Planned>();
  readonly #spaces: Readonly<Record<string, Planned[]>> = {
    func: [],
    instance: [],
    component: [],
    type: [],
    "core module": [],
  };

  constructor(outer: PlanScope | undefined, instance: number) {
    this.outer = outer;
    this.instance = instance;
  }

  push(item: Planned): void {
    const sort = item.kind === "foreign component" ? "component" : item.kind;
    this.#spaces[sort]?.push(item);
  }

  at(sort: string, index: number): Planned {
    return this.#spaces[sort]?.[index] ?? unknownItem(sort, index);
  }

  coreAt(sort: string, index: number): CoreOrigin {
    const known = coreSorts.find((one) => one === sort);
    return (known === undefined ? undefined : this.core[known][index]) ?? unknownItem(`core ${sort}`, index);
  }

  pushCore(sort: string, origin: CoreOrigin): void {
    const known = coreSorts.find((one) => one === sort);
    if (known !== undefined) this.core[known].push(origin);
  }

  enclosing(count: number): PlanScope {
    if (count === 0) return this;
    return this.outer?.enclosing(count - 1) ?? unknownItem("scope", count);
  }
}

/** What an import of this type stands for, before anybody serves it. */
export function importOf(path: string, type: ExternType): Planned {
  if (type.kind === "func") return { kind: "func", origin: { kind: "import", path } };
  if (type.kind === "instance") return { kind: "instance", exports: new ImportedItems(path, type) };
  if (type.kind === "component") return { kind: "foreign component", path };
  if (type.kind === "core module") return { kind: "core module", module: { kind: "import", path } };
  return { kind: "type" };
}

class ImportedItems implements PlannedItems {
  readonly #path: string;
  readonly #type: InstanceType;

  constructor(path: string, type: InstanceType) {
    this.#path = `${path}${path.includes("#") ? "." : "#"}`;
    this.#type = type;
  }

  get(name: string): Planned | undefined {
    const type = this.#type.exports.get(name);
    return type === undefined ? undefined : importOf(`${this.#path}${name}`, type);
  }

  *[Symbol.iterator](): Iterator<readonly [string, Planned]> {
    for (const [name, type] of this.#type.exports) yield [name, importOf(`${this.#path}${name}`, type)];
  }
}

/** Validation has seen that every index is there. */
export function unknownItem(what: string, index: number | string): never {
  throw new Error(`validation let a reference to ${what} ${index} through`);
}
