/**
 * What is known at one place of a component, a component type or an instance type: its index spaces, what it imports
 * and exports, and the scope around it.
 */
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import {
  type AnyType,
  type ComponentType,
  type ExternType,
  type FuncType,
  type InstanceType,
  type Resource,
} from "../types/component-types.ts";
import type { CoreExternType, CoreInstanceType, ModuleType } from "../types/core-types.ts";
import { ExtentSum } from "../types/type-extent.ts";
import { CoreTypeIndices } from "./core-type-indices.ts";
import { ExternList } from "./extern-list.ts";
import { IndexSpace } from "./index-space.ts";
import { NamedTypes } from "./named-types.ts";

export type ScopeKind = "component" | "component type" | "instance type";

/** As much as one type may hold (types/type-extent.ts). */
const looksMax = 1_000_000;

export class Scope {
  readonly kind: ScopeKind;
  readonly outer: Scope | undefined;
  /** How many scopes are around it. */
  readonly level: number;
  /** That of the innermost component which it is, or is in. */
  readonly componentLevel: number;

  readonly coreTypes = new CoreTypeIndices();
  readonly coreModules = new IndexSpace<ModuleType>("module");
  readonly coreInstances = new IndexSpace<CoreInstanceType>("core instance");
  readonly coreFuncs = new IndexSpace<CoreExternType & { readonly kind: "func" }>("core function");
  readonly coreTables = new IndexSpace<CoreExternType>("table");
  readonly coreMemories = new IndexSpace<CoreExternType & { readonly kind: "memory" }>("memory");
  readonly coreGlobals = new IndexSpace<CoreExternType>("global");
  readonly coreTags = new IndexSpace<CoreExternType>("tag");
  readonly types = new IndexSpace<AnyType>("type");
  readonly funcs = new IndexSpace<FuncType>("function");
  readonly instances = new IndexSpace<InstanceType>("instance");
  readonly components = new IndexSpace<ComponentType>("component");

  /** One for all scopes of a file. */
  readonly #spent: { looks: number };
  readonly #extent = new ExtentSum();
  readonly imports = new ExternList("import", this.#extent);
  readonly exports = new ExternList("export", this.#extent);
  readonly named = new NamedTypes();
  readonly importedResources: { readonly resource: Resource; readonly path: readonly string[] }[] = [];
  readonly definedResources: Resource[] = [];
  /** Resources that a type definition of this component made: only for these are there built-ins. */
  readonly localResources = new Map<Resource, { readonly destructor: number | undefined }>();

  constructor(kind: ScopeKind, outer: Scope | undefined) {
    this.kind = kind;
    this.outer = outer;
    this.#spent = outer === undefined ? { looks: 0 } : outer.#spent;
    this.level = outer === undefined ? 0 : outer.level + 1;
    this.componentLevel = kind === "component" ? this.level : (outer?.componentLevel ?? 0);
  }

  /**
   * Instances have types of their own, however short the file is that makes them: `looks` more were needed for that.
   * @throws UnsupportedError
   */
  spend(looks: number): void {
    this.#spent.looks += looks;
    if (this.#spent.looks > looksMax) throw new UnsupportedError(`more than ${looksMax} types and items of instances`);
  }

  /** Adds something to the index space of its kind. */
  push(type: ExternType): void {
    if (type.kind === "core module") this.coreModules.push(type);
    else if (type.kind === "func") this.funcs.push(type);
    else if (type.kind === "instance") this.instances.push(type);
    else if (type.kind === "component") this.components.push(type);
    else this.types.push(type.type);
  }

  /** The scope `count` levels further out. @throws ValidationError */
  enclosing(count: number, offset: number): Scope {
    const scope = this.#outwards(count);
    if (scope === undefined) throw new ValidationError(`invalid outer alias count of ${count}`, offset);
    return scope;
  }

  #outwards(count: number): Scope | undefined {
    let [scope, level] = [this.outer, count];
    if (level === 0) return this;
    for (level -= 1; level > 0 && scope !== undefined; level -= 1) scope = scope.outer;
    return scope;
  }

  componentType(): ComponentType {
    return {
      kind: "component",
      imports: this.imports.types,
      exports: this.exports.types,
      importedResources: this.importedResources,
      definedResources: new Set(this.definedResources),
    };
  }

  instanceType(): InstanceType {
    return { kind: "instance", exports: this.exports.types, resources: this.definedResources };
  }
}
