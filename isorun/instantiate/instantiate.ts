/**
 * Makes an instance of a component. In: a validated component and what its imports are given. Out: its exports. Walks
 * the definitions in order, as validation did, and fills the index spaces with what exists at run time.
 */

import type { RuntimeResource } from "../call/handle-table.ts";
import { requireRoom } from "../call/stack-room.ts";
import type { Root } from "../call/task.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import type { AliasRef, CoreInstanceRef, InstanceRef, SortIndex } from "../decode/ast.ts";
import type { ExternType } from "../types/component-types.ts";
import type { ValidComponent, ValidDefinition } from "../validate/valid-component.ts";
import { builtinFunc } from "./builtins.ts";
import { ComponentInstance } from "./component-instance.ts";
import { droppingInTurn } from "./drop-in-turn.ts";
import { fuelChecked } from "./fuel-checked.ts";
import { destructors } from "./guarded-drop.ts";
import { knowImporter } from "./imported-again.ts";
import type { InstanceStates } from "./instance-states.ts";
import { InstantiationWork } from "./instantiation-work.ts";
import { liftFunc, lowerFunc } from "./link-func.ts";
import {
  absent,
  type CoreItem,
  type InstanceItem,
  type Item,
  type ModuleItem,
  type ResourceMap,
  RuntimeScope,
} from "./runtime-scope.ts";

export interface InstantiateOptions {
  readonly imports: ReadonlyMap<string, Item>;
  readonly compile: (module: CoreModule) => ModuleItem;
  readonly states: InstanceStates;
  /** Every component instance that is made is added, also where making them fails. */
  readonly made: ComponentInstance[];
  /** Its root, or the instance around it. */
  readonly within: Root | ComponentInstance;
  readonly outer?: RuntimeScope | undefined;
  /** Of the instantiation that this is part of. */
  readonly work?: InstantiationWork;
}

/** @throws TrapError, UnsupportedError where there is too much to make, and what the engine throws for core modules */
export function instantiateComponent(
  component: ValidComponent,
  { work = new InstantiationWork(), ...given }: InstantiateOptions,
): InstanceItem {
  const options: Making = { ...given, work };
  work.addInstance(component);
  const instance = new ComponentInstance(options.states, {
    within: options.within,
    hasContext: component.definitions.some(isOfContext),
    hasCode: component.definitions.some(({ kind }) => kind === "core instance"),
    callsNobody: !component.definitions.some(({ kind }) => kind === "lower" || kind === "builtin"),
  });
  options.made.push(instance);
  const scope = new RuntimeScope(options.outer, instance);
  for (const definition of component.definitions) execute(scope, definition, options);
  if (instance.parent === undefined) knowImporter(scope.exports.values(), instance.root);
  return { kind: "instance", exports: scope.exports, resources: scope.resources };
}

type Making = InstantiateOptions & { readonly work: InstantiationWork };

const isOfContext = (definition: ValidDefinition): boolean =>
  definition.kind === "builtin" &&
  (definition.builtin.name === "context.get" || definition.builtin.name === "context.set");

function execute(scope: RuntimeScope, definition: ValidDefinition, options: Making): void {
  switch (definition.kind) {
    case "core module":
      scope.coreModules.push(options.compile(definition.module));
      break;
    case "core instance":
      scope.coreInstances.push(makeCoreInstance(scope, definition.instance, options));
      break;
    case "component":
      scope.components.push({ kind: "component", component: definition.component, outer: scope });
      break;
    case "instance":
      bindAndPush(scope, { item: makeInstance(scope, definition.instance, options), type: definition.type }, options);
      break;
    case "alias":
      alias(scope, definition.alias);
      break;
    case "type":
      scope.types.push({ kind: "type", resource: undefined });
      break;
    case "resource":
      defineResource(scope, definition);
      break;
    case "lift":
      scope.funcs.push(liftFunc(scope, definition));
      break;
    case "lower":
      scope.coreFuncs.push(lowerFunc(scope, definition));
      break;
    case "builtin":
      scope.coreFuncs.push(builtinFunc(scope, definition));
      break;
    case "import":
      bindAndPush(scope, { item: importOf(definition.name, options), type: definition.type }, options);
      break;
    default:
      scope.exports.set(definition.name.name, bindAndPush(scope, exported(scope, definition), options));
  }
}

interface Typed {
  readonly item: Item;
  readonly type: ExternType;
}

const importOf = (name: string, { imports }: Making): Item => imports.get(name) ?? absent("the import", name);

const exported = (scope: RuntimeScope, { value, type }: ValidDefinition & { readonly kind: "export" }): Typed => ({
  item: itemAt(scope, value),
  type,
});

function bindAndPush(scope: RuntimeScope, { item, type }: Typed, { work }: Making): Item {
  work.spend(bindResources(type, item, scope.resources));
  scope.push(item);
  return item;
}

/** Resources that a type names are from now on those that stand under the same names. How many names were looked up. */
export function bindResources(type: ExternType, item: Item, resources: ResourceMap): number {
  if (type.kind === "type" && type.type.kind === "resource" && item.kind === "type" && item.resource !== undefined) {
    resources.set(type.type.resource, item.resource);
  }
  if (type.kind !== "instance" || item.kind !== "instance") return 0;
  const holders = resourceHolders(type.exports);
  let looks = holders.length;
  for (const [name, inner] of holders) {
    const found = item.exports.get(name);
    if (found !== undefined) looks += bindResources(inner, found, resources);
  }
  return looks;
}

type Exports = ReadonlyMap<string, ExternType>;

/** One list of exports is that of many instances. */
const knownHolders = new WeakMap<Exports, readonly (readonly [string, ExternType])[]>();

/** Those that are a resource, or an instance in which one is. */
function resourceHolders(exports: Exports): readonly (readonly [string, ExternType])[] {
  const known = knownHolders.get(exports);
  if (known !== undefined) return known;
  const holders = [...exports].filter(([, type]) =>
    type.kind === "instance" ? resourceHolders(type.exports).length > 0 : isResource(type),
  );
  knownHolders.set(exports, holders);
  return holders;
}

const isResource = (type: ExternType): boolean => type.kind === "type" && type.type.kind === "resource";

function defineResource(scope: RuntimeScope, definition: ValidDefinition & { readonly kind: "resource" }): void {
  const { instance } = scope;
  const defined = definition.destructor === undefined ? undefined : scope.coreFuncs[definition.destructor];
  const destructor =
    defined && fuelChecked(instance, { type: { params: ["i32"], results: [] }, isEntry: true }, defined);
  const drop = (representation: number): void => {
    if (typeof destructor === "function") dropByHost(instance, () => destructor(representation));
  };
  const dropInTurn = typeof destructor === "function" ? droppingInTurn(instance, { destructor, drop }) : undefined;
  const hasEnded = (): boolean => instance.root.state !== "ready";
  const resource: RuntimeResource = { kind: "resource", drop, dropInTurn, owner: instance, hasEnded };
  if (typeof destructor === "function") destructors.set(resource, { instance, destructor });
  scope.resources.set(definition.resource, resource);
  scope.types.push({ kind: "type", resource });
}

/** @throws TrapError, BudgetExhausted, ExitError; RangeError before it begins */
function dropByHost(instance: ComponentInstance, run: () => void): void {
  const { states, root } = instance;
  const { scheduler } = states;
  if (!root.mayEnter || root.state !== "ready") throw scheduler.refusal(root, undefined);
  scheduler.requireTime(root);
  requireRoom();
  const task = scheduler.beginSync(root);
  try {
    instance.enter(undefined);
    root.onEnter?.();
    run();
  } catch (error) {
    throw scheduler.unwind(task, error);
  }
  instance.leave(undefined);
  scheduler.finish(task);
}

function itemAt(scope: RuntimeScope, { sort, index }: SortIndex): Item {
  const spaces: Readonly<Record<string, readonly Item[]>> = {
    func: scope.funcs,
    instance: scope.instances,
    component: scope.components,
    type: scope.types,
    "core module": scope.coreModules,
  };
  return spaces[sort]?.[index] ?? absent(sort, index);
}

function makeInstance(scope: RuntimeScope, ref: InstanceRef, options: Making): InstanceItem {
  if (ref.kind === "exports") {
    const exports = new Map(ref.exports.map(({ name, value }) => [name.name, itemAt(scope, value)] as const));
    return { kind: "instance", exports };
  }
  const { component, outer } = scope.components[ref.component] ?? absent("component", ref.component);
  const imports = new Map(ref.arguments.map(({ name, value }) => [name, itemAt(scope, value)] as const));
  const { compile, states, made, work } = options;
  return instantiateComponent(component, { imports, compile, states, made, within: scope.instance, outer, work });
}

type CoreImports = Readonly<Record<string, CoreItem>>;

function makeCoreInstance(
  scope: RuntimeScope,
  ref: CoreInstanceRef,
  { compile, work }: Making,
): Readonly<Record<string, CoreItem>> {
  if (ref.kind === "exports") {
    const entries = ref.exports.map(({ name, sort, index }) => [name, coreItemAt(scope, sort, index)] as const);
    return nullObject(entries);
  }
  const found: ModuleItem = scope.coreModules[ref.module] ?? absent("module", ref.module);
  work.addCoreInstance(found.core);
  // One that came through a link, or from the scope around a component that did, would be paid for by who gave it.
  const module = found.root === scope.instance.root ? found : compile(found.core);
  const entries = ref.arguments.map(
    ({ name, instance: index }) => [name, scope.coreInstances[index] ?? absent("core instance", index)] as const,
  );
  const made = new WebAssembly.Instance(module.module, nullObject([...entries, ...ownImports(scope, module)]));
  module.account?.settle();
  for (const item of Object.values(made.exports)) {
    if (item instanceof WebAssembly.Memory) scope.instance.root.memories.add(item);
  }
  return made.exports as Readonly<Record<string, CoreItem>>; // exports are what core items are
}

/** What the module imports beside its own imports, by namespace. @throws BudgetExhausted, RangeError */
function ownImports(scope: RuntimeScope, { account, memories }: ModuleItem): (readonly [string, CoreImports])[] {
  account?.admit();
  if (account !== undefined) scope.instance.callsNobody = false;
  const own = Object.entries(account?.imports ?? {}) as [string, CoreImports][]; // those of accounts are core items
  if (memories === undefined) return own;
  const { root, states } = scope.instance;
  return [...own, [memories.namespace, states.leaseOf(root).importsOf(memories)]];
}

/** Names of imports are the guest's: none of them may be one that objects have anyway. */
function nullObject<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  const object: Record<string, T> = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) object[name] = value;
  return object;
}

function coreSpace(scope: RuntimeScope, sort: string): CoreItem[] {
  const spaces: Readonly<Record<string, CoreItem[]>> = {
    func: scope.coreFuncs,
    table: scope.coreTables,
    memory: scope.coreMemories,
    global: scope.coreGlobals,
    tag: scope.coreTags,
  };
  return spaces[sort] ?? absent("the core sort", sort);
}

const coreItemAt = (scope: RuntimeScope, sort: string, index: number): CoreItem =>
  coreSpace(scope, sort)[index] ?? absent(`core ${sort}`, index);

function alias(scope: RuntimeScope, ref: AliasRef): void {
  if (ref.kind === "export") {
    const found = scope.instances[ref.instance]?.exports.get(ref.name);
    scope.push(found ?? absent("the export", ref.name));
  } else if (ref.kind === "core export") {
    const found = scope.coreInstances[ref.instance]?.[ref.name];
    coreSpace(scope, ref.sort).push(found ?? absent("the core export", ref.name));
  } else if (ref.sort !== "core type") {
    scope.push(itemAt(scope.enclosing(ref.count), { sort: ref.sort, index: ref.index }));
  }
}
