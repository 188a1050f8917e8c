/** The index spaces of one component instance while it is made, what they hold, and the scope around it. */

import type { HostSide } from "../call/edge.ts";
import type { RuntimeResource } from "../call/handle-table.ts";
import type { Root, Task } from "../call/task.ts";
import type { ImportedMemories } from "../compile/import-memories.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import type { Resource } from "../types/component-types.ts";
import type { CanonicalOptions } from "../validate/canon-options.ts";
import type { ValidComponent } from "../validate/valid-component.ts";
import type { ComponentInstance } from "./component-instance.ts";

export type CoreItem = ((...flat: unknown[]) => unknown) | WebAssembly.Memory | WebAssembly.Table | WebAssembly.Global;

/** An export as a function of JavaScript, which is checked when it is called. */
export type HostCall = (...args: unknown[]) => unknown;

export interface HostFuncItem {
  readonly kind: "func";
  readonly call: HostCall;
  readonly name?: string;
  readonly lifted?: undefined;
  /** The instance that it was given to, once that exports it again. */
  importer?: Root;
}

/** A function of the host, or of a component. */
export type FuncItem = HostFuncItem | { readonly kind: "func"; readonly lifted: LiftedFunc };

/** What adapters and entries of the host are made of. */
export interface LiftedFunc {
  readonly core: CoreItem;
  readonly post: CoreItem | undefined;
  readonly options: CanonicalOptions;
  readonly scope: RuntimeScope;
  /** `name` is how messages call it. */
  readonly forHost: (host: HostSide, name: string) => HostEntry;
}

/** How the host calls a function of a component. */
export interface HostEntry {
  readonly instance: ComponentInstance;
  readonly call: HostCall;
  /** The same on a stack that can be suspended, as part of a task that has its turn. */
  readonly callSuspendable: (task: Task, ...args: unknown[]) => Promise<unknown>;
  /** What `call` answered with, for a promise. @throws UnsupportedError */
  readonly awaitable: (value: unknown) => unknown;
}

export interface InstanceItem {
  readonly kind: "instance";
  readonly exports: ReadonlyMap<string, Item>;
  /** Of what a component was instantiated to: what the resources are that the types of its exports name. */
  readonly resources?: ReadonlyMap<Resource, RuntimeResource>;
}

export interface ComponentItem {
  readonly kind: "component";
  readonly component: ValidComponent;
  /** Where it is defined: its outer aliases look there. */
  readonly outer: RuntimeScope | undefined;
}

export interface ModuleItem {
  readonly kind: "core module";
  readonly core: CoreModule;
  /** For whom it was compiled: others compile it anew, by their own budget. */
  readonly root: Root;
  readonly module: WebAssembly.Module;
  /** What an instance of it is accounted to, if its instance has a budget. */
  readonly account?: ModuleAccount;
  /** Memories that it imports instead of defining them. */
  readonly memories?: ImportedMemories | undefined;
}

export interface ModuleAccount {
  /** @throws BudgetExhausted if what it begins with is over the budget */
  readonly admit: () => void;
  /** It has been instantiated. @throws BudgetExhausted if its start function used more than there is */
  readonly settle: () => void;
  /** What it imports beside its own imports, by namespace. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface TypeItem {
  readonly kind: "type";
  /** Undefined for types that do not exist at run time. */
  readonly resource: RuntimeResource | undefined;
}

export type Item = FuncItem | InstanceItem | ComponentItem | ModuleItem | TypeItem;

export type ResourceMap = Map<Resource, RuntimeResource>;

export class RuntimeScope {
  readonly outer: RuntimeScope | undefined;
  readonly instance: ComponentInstance;
  readonly resources: ResourceMap = new Map();

  readonly coreModules: ModuleItem[] = [];
  readonly coreInstances: Readonly<Record<string, CoreItem>>[] = [];
  readonly coreFuncs: CoreItem[] = [];
  readonly coreTables: CoreItem[] = [];
  readonly coreMemories: CoreItem[] = [];
  readonly coreGlobals: CoreItem[] = [];
  readonly coreTags: CoreItem[] = [];
  readonly types: TypeItem[] = [];
  readonly funcs: FuncItem[] = [];
  readonly instances: InstanceItem[] = [];
  readonly components: ComponentItem[] = [];

  readonly exports = new Map<string, Item>();

  constructor(outer: RuntimeScope | undefined, instance: ComponentInstance) {
    this.outer = outer;
    this.instance = instance;
  }

  push(item: Item): void {
    if (item.kind === "func") this.funcs.push(item);
    else if (item.kind === "instance") this.instances.push(item);
    else if (item.kind === "component") this.components.push(item);
    else if (item.kind === "core module") this.coreModules.push(item);
    else this.types.push(item);
  }

  enclosing(count: number): RuntimeScope {
    if (count === 0) return this;
    return this.outer?.enclosing(count - 1) ?? absent("a scope", count);
  }
}

/** Validation has seen that every index is there. */
export function absent(what: string, index: number | string): never {
  throw new Error(`validation let a reference to ${what} ${index} through`);
}
