/** Makes the plan of a component: walks its definitions as instantiation will, with places instead of things. */
import type { CoreModule } from "../core-module/core-module.ts";
import type { AliasRef, CoreInstanceRef, InstanceRef } from "../decode/ast.ts";
import type { InstanceType } from "../types/component-types.ts";
import type { ValidComponent, ValidDefinition } from "../validate/valid-component.ts";
import type { Plan, PlannedExport, PlannedImport, PlanStep } from "./plan.ts";
import { type CoreBundle, importOf, type Planned, type PlannedItems, PlanScope, unknownItem } from "./plan-scope.ts";

/** Components that make instances of components that make instances… can name more of them than anybody would read. */
export const stepsMax = 10_000;
/** Of all core instances together: one module of many imports can be instantiated many times. */
export const importsMax = 100_000;
/** Walked in all instances together, with the names in them: one that makes no step can be walked many times. */
export const definitionsMax = 1_000_000;

/** @param component that passed validation */
export function planOf(component: ValidComponent): Plan {
  const planner = new Planner(component);
  try {
    const { exports } = planner.walk(component, { imports: new Map(), within: undefined, outer: undefined });
    return { steps: planner.steps, exports: [...exportsOf(exports, "")], isCut: false };
  } catch (error) {
    if (error !== cut) throw error;
    return { steps: planner.steps, exports: [], isCut: true };
  }
}

const cut = new Error("the plan has more steps than it tells");

interface Walk {
  readonly imports: ReadonlyMap<string, Planned>;
  readonly within: number | undefined;
  readonly outer: PlanScope | undefined;
}

type Defined<K extends ValidDefinition["kind"]> = ValidDefinition & { readonly kind: K };

class Planner {
  readonly steps: PlanStep[] = [];
  /** The core modules of the file, by where they stand. */
  readonly #modules: CoreModule[] = [];
  readonly #numbers = new Map<CoreModule, number>();
  #imports = 0;
  #definitions = 0;

  constructor(root: ValidComponent) {
    this.#number(root);
  }

  #number({ definitions }: ValidComponent): void {
    for (const definition of definitions) {
      if (definition.kind === "core module")
        this.#numbers.set(definition.module, this.#modules.push(definition.module) - 1);
      else if (definition.kind === "component") this.#number(definition.component);
    }
  }

  /** @throws `cut` */
  walk(component: ValidComponent, { imports, within, outer }: Walk): PlanScope {
    const instance = this.#add({ kind: "component-instance", within, name: component.names.component });
    const scope = new PlanScope(outer, instance);
    this.#spend(component.definitions.length);
    let modules = 0;
    for (const definition of component.definitions) {
      if (definition.kind === "core module") {
        const name = component.names.sorts.get("core module")?.get(modules);
        this.#pushModule(scope, definition.module, name);
      } else if (definition.kind === "import") {
        scope.push(imports.get(definition.name) ?? importOf(definition.name, definition.type));
      } else this.#execute(scope, definition);
      modules += addsModule(definition) ? 1 : 0;
    }
    return scope;
  }

  #pushModule(scope: PlanScope, module: CoreModule, name: string | undefined): void {
    const index = this.#numbers.get(module) ?? unknownItem("core module at", module.offset);
    scope.push({ kind: "core module", module: { kind: "own", index, size: module.bytes.length, name } });
  }

  /** The number of the step. @throws `cut` */
  #add(step: PlanStep): number {
    if (this.steps.length >= stepsMax) throw cut;
    return this.steps.push(step) - 1;
  }

  /** @throws `cut` */
  #spend(definitions: number): void {
    this.#definitions += definitions;
    if (this.#definitions > definitionsMax) throw cut;
  }

  #execute(scope: PlanScope, definition: ValidDefinition): void {
    const within = scope.instance;
    if (definition.kind === "core instance") scope.coreInstances.push(this.#coreInstance(scope, definition.instance));
    else if (definition.kind === "component") {
      scope.push({ kind: "component", component: definition.component, outer: scope });
    } else if (definition.kind === "instance") scope.push(this.#instance(scope, definition.instance, definition.type));
    else if (definition.kind === "alias") alias(scope, definition.alias);
    else if (definition.kind === "lift") this.#lift(scope, definition);
    else if (definition.kind === "lower") this.#lower(scope, definition);
    else if (definition.kind === "builtin") {
      scope.pushCore("func", { step: this.#add({ kind: "built-in", within, name: definition.builtin.name }) });
    } else if (definition.kind === "resource") {
      const { destructor: index } = definition;
      const destructor = index === undefined ? undefined : scope.coreAt("func", index);
      this.#add({ kind: "resource", within, destructor });
      scope.push({ kind: "type" });
    } else if (definition.kind === "export") {
      const item = scope.at(definition.value.sort, definition.value.index);
      scope.exports.set(definition.name.name, item);
      scope.push(item);
    } else scope.push({ kind: "type" });
  }

  #coreInstance(scope: PlanScope, ref: CoreInstanceRef): CoreBundle {
    this.#spend(ref.kind === "exports" ? ref.exports.length : ref.arguments.length);
    if (ref.kind === "exports") {
      const items = new Map(ref.exports.map(({ name, sort, index }) => [name, scope.coreAt(sort, index)] as const));
      return (name) => items.get(name) ?? unknownItem("core export", name);
    }
    const planned = scope.at("core module", ref.module);
    if (planned.kind !== "core module") return unknownItem("core module", ref.module);
    const bundles = new Map(ref.arguments.map(({ name, instance }) => [name, scope.coreInstances[instance]] as const));
    const imports = this.#importsOf(planned.module, bundles);
    const step = this.#add({ kind: "core-instance", within: scope.instance, module: planned.module, imports });
    return (name) => ({ step, name });
  }

  /**
   * Of a module that is itself imported, what it takes is known by its type only: the names that it is given.
   * @throws `cut`
   */
  #importsOf(
    module: (Planned & { readonly kind: "core module" })["module"],
    bundles: ReadonlyMap<string, CoreBundle | undefined>,
  ): PlannedImport[] {
    if (module.kind === "import") return [];
    const core = this.#modules[module.index] ?? unknownItem("core module", module.index);
    this.#imports += core.imports.length;
    if (this.#imports > importsMax) throw cut;
    return core.imports.map(({ module: namespace, name, type }) => {
      const bundle = bundles.get(namespace) ?? unknownItem("argument", namespace);
      return { module: namespace, name, kind: type.kind, from: bundle(name) };
    });
  }

  #instance(scope: PlanScope, ref: InstanceRef, type: InstanceType): Planned {
    this.#spend(ref.kind === "exports" ? ref.exports.length : ref.arguments.length);
    if (ref.kind === "exports") {
      const entries = ref.exports.map(({ name, value }) => [name.name, scope.at(value.sort, value.index)] as const);
      return { kind: "instance", exports: new Map(entries) };
    }
    const planned = scope.at("component", ref.component);
    if (planned.kind === "foreign component") {
      const { path } = planned;
      const step = this.#add({ kind: "foreign-instance", within: scope.instance, component: path });
      return importOf(`${path} of step ${step}`, type);
    }
    if (planned.kind !== "component") return unknownItem("component", ref.component);
    const entries = ref.arguments.map(({ name, value }) => [name, scope.at(value.sort, value.index)] as const);
    const walk = { imports: new Map(entries), within: scope.instance, outer: planned.outer };
    return { kind: "instance", exports: this.walk(planned.component, walk).exports };
  }

  #lift(scope: PlanScope, { func, options }: Defined<"lift">): void {
    const core = scope.coreAt("func", func);
    const origin = { kind: "lift", instance: scope.instance, core, encoding: options.encoding } as const;
    scope.push({ kind: "func", origin });
  }

  #lower(scope: PlanScope, { func, type, options: { encoding } }: Defined<"lower">): void {
    const target = scope.at("func", func);
    if (target.kind !== "func") return unknownItem("function", func);
    const { origin } = target;
    const within = scope.instance;
    const step =
      origin.kind === "import"
        ? this.#add({ kind: "import-call", within, path: origin.path, type, encoding })
        : this.#add({
            kind: "adapter",
            within,
            callee: origin.instance,
            core: origin.core,
            type,
            encoding,
            calleeEncoding: origin.encoding,
          });
    scope.pushCore("func", { step });
  }
}

/** Whether a definition takes a place in the space of core modules, whose places have names. */
function addsModule(definition: ValidDefinition): boolean {
  if (definition.kind === "core module") return true;
  if (definition.kind === "import" || definition.kind === "export") return definition.type.kind === "core module";
  return definition.kind === "alias" && definition.alias.sort === "core module";
}

function alias(scope: PlanScope, ref: AliasRef): void {
  if (ref.kind === "export") {
    const instance = scope.at("instance", ref.instance);
    if (instance.kind !== "instance") return unknownItem("instance", ref.instance);
    scope.push(instance.exports.get(ref.name) ?? unknownItem("export", ref.name));
  } else if (ref.kind === "core export") {
    const bundle = scope.coreInstances[ref.instance] ?? unknownItem("core instance", ref.instance);
    scope.pushCore(ref.sort, bundle(ref.name));
  } else if (ref.sort !== "core type") scope.push(scope.enclosing(ref.count).at(ref.sort, ref.index));
}

function* exportsOf(exports: PlannedItems, prefix: string): Iterable<PlannedExport> {
  for (const [name, item] of exports) {
    const path = `${prefix}${name}`;
    if (item.kind === "instance") yield* exportsOf(item.exports, prefix === "" ? `${path}#` : `${path}.`);
    else if (item.kind !== "func") yield { path, kind: item.kind === "foreign component" ? "component" : item.kind };
    else if (item.origin.kind === "import") yield { path, kind: "func" };
    else yield { path, kind: "func", lifted: { instance: item.origin.instance, core: item.origin.core } };
  }
}
