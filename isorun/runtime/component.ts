/** A component that was read, checked and compiled. It can be instantiated as often as one likes. */
import { argumentError } from "../../core/argument-error.ts";
import type { Budget } from "../../core/budget/budget.ts";
import { nameOf } from "../call/check-value.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import { decodeComponent, layerOf } from "../decode/component.ts";
import { DecodeError } from "../errors/errors.ts";
import type { Plan } from "../plan/plan.ts";
import { planOf } from "../plan/planner.ts";
import type { ModuleStore } from "../store/module-store.ts";
import type { ExternType } from "../types/component-types.ts";
import { formatWorld } from "../types/wit-document.ts";
import { validateComponent } from "../validate/component.ts";
import type { ValidComponent } from "../validate/valid-component.ts";
import { answeringAtOnce } from "./at-once.ts";
import { beginCompilingAll, beginCompilingCores, type Compiling, compiledModules } from "./compile-modules.ts";
import { everySoOften } from "./every-so-often.ts";
import { HeldByContents } from "./held-by-contents.ts";
import { KeptModules } from "./kept-modules.ts";
import { type BegunModules, isRefusal, type MeteredModule, Metering } from "./metered-modules.ts";
import { hashOf } from "./sha256.ts";
import { shownItems } from "./shown-items.ts";

/** Times in milliseconds. */
export interface CompilationCost {
  readonly decodeMs: number;
  readonly validateMs: number;
  /** How long the engine's compiler was waited for: it works while the rest is validated, or rewritten for a budget. */
  readonly compileMs: number;
  readonly coreModules: number;
  readonly coreBytes: number;
  /** The store knew the component: nothing was decoded, validated or compiled, and modules are compiled when needed. */
  readonly fromStore: boolean;
}

/**
 * ```ts
 * const component = await runtime.load(greet);
 * [...component.exports.keys()]; // → ["greet", "sum"]
 * component.imports.size; // → 0
 * component.toWit().includes("greet: func(name: string) -> string"); // → true
 * component.size === greet.length; // → true
 * ```
 */
export class Component {
  /** Bytes of the binary. */
  readonly size: number;
  readonly cost: CompilationCost;
  readonly #parts: ComponentParts;
  #hash: string | undefined;
  #imports: ReadonlyMap<string, ExternType> | undefined;
  #exports: ReadonlyMap<string, ExternType> | undefined;

  constructor(parts: ComponentParts) {
    this.#parts = parts;
    for (const core of parts.cores) homes.set(core, parts);
    this.size = parts.file.length;
    this.#hash = parts.hash;
    this.cost = parts.cost;
  }

  /** SHA-256 of the binary, in hexadecimal; made when it is asked for. */
  get hash(): string {
    this.#hash ??= hashOf(this.#parts.file);
    return this.#hash;
  }

  /** Not to be changed, as others may hold the component too. */
  get imports(): ReadonlyMap<string, ExternType> {
    this.#imports ??= shownItems(this.#parts.valid.type.imports);
    return this.#imports;
  }

  /** The same. */
  get exports(): ReadonlyMap<string, ExternType> {
    this.#exports ??= shownItems(this.#parts.valid.type.exports);
    return this.#exports;
  }

  /**
   * A document that parsers of WIT read: the world, and the packages of the interfaces that it names. What WIT cannot say
   * (resources that the world exports itself, modules, and what speaks of them) is a comment in it, and so is what would
   * take more than 10,000 letters, because types have no names.
   */
  toWit(): string {
    return formatWorld(this.#parts.valid.type);
  }

  /** What instantiating it does, step by step; `formatPlan` prints it. Made anew by each call. */
  plan(): Plan {
    return planOf(this.#parts.valid);
  }

  /** @throws TypeError (`invalid-argument`) for all that `load` did not make */
  static require(given: Component): void {
    const isOne = typeof given === "object" && given !== null && #parts in given;
    if (!isOne) throw argumentError(`a component that 'load' made is needed here, found ${nameOf(given)}`);
  }

  /** What the engine needs to instantiate it. */
  static partsOf(component: Component): ComponentParts {
    return component.#parts;
  }

  /** Those of the component that the module stands in, whoever instantiates it; undefined for one that a host gave. */
  static partsAround(core: CoreModule): ComponentParts | undefined {
    return homes.get(core);
  }
}

const homes = new WeakMap<CoreModule, ComponentParts>();

/** Modules that a host gave are other objects for each instance, and go with it. */
export type MeteredModules = WeakMap<CoreModule, MeteredModule>;

export interface ComponentParts {
  readonly valid: ValidComponent;
  /** All core modules of the component and of those in it. */
  readonly cores: ReadonlySet<CoreModule>;
  /** Those that are compiled as they are; others join when they are needed. */
  readonly modules: Map<CoreModule, WebAssembly.Module>;
  /** Rewritten for budgets, by what they count. */
  readonly metered: Map<string, MeteredModules>;
  /** Whether `load` has compiled all of them for what is counted, as far as that can be; false if that was interrupted. */
  readonly compiled: Map<string, Promise<boolean>>;
  readonly file: Uint8Array;
  /** If it is known already. */
  readonly hash?: string;
  readonly cost: CompilationCost;
  /** Its core modules, rewritten before; undefined without a store. */
  readonly kept?: KeptModules;
}

/** What `load` of a Runtime is told. */
export interface LoadOptions {
  /**
   * Of the instances that there will be: core modules are compiled once, as these need them. Others can be made as
   * well, and compile what they need with the first of them.
   */
  readonly budget?: Budget;
  /** Instances will have somebody who may interrupt them (`InstanceBuilder.interruptBy`). */
  readonly isInterruptible?: boolean;
  /**
   * Somebody who is asked every few milliseconds while it is decoded, validated and rewritten, when nothing else can happen
   * on the thread: `load` is rejected with what is returned, and with a TypeError for a promise, since nothing can wait for
   * that. It must not throw.
   */
  readonly interruptBy?: () => Error | undefined;
}

export type HeldComponents = HeldByContents<Component>;

export const holdComponents = (): HeldComponents =>
  new HeldByContents((component) => Component.partsOf(component).file);

interface Loading extends LoadOptions {
  readonly store?: ModuleStore;
  /** Those that somebody holds. */
  readonly held: HeldComponents;
}

/**
 * @param bytes never change
 * @throws DecodeError, ValidationError, UnsupportedError
 */
export async function loadComponent(
  bytes: Uint8Array,
  { store, held, budget = {}, isInterruptible = false, interruptBy = () => undefined }: Loading,
): Promise<Component> {
  checkLayer(bytes);
  const requireLife = everySoOften(answeringAtOnce(interruptBy));
  requireLife();
  const metering = new Metering(budget, isInterruptible, requireLife);
  let isNew = false;
  const component = await held.get(bytes, () => {
    isNew = true;
    return madeComponent(bytes, { store, metering, requireLife });
  });
  if (!isNew) await compileMissing(Component.partsOf(component), metering);
  return component;
}

interface MakingComponent {
  readonly store: ModuleStore | undefined;
  readonly metering: Metering;
  readonly requireLife: () => void;
}

/** From the store, if that knows it. */
async function madeComponent(bytes: Uint8Array, { store, metering, requireLife }: MakingComponent): Promise<Component> {
  if (store === undefined) return decodedComponent(bytes, { metering, requireLife });
  const hash = store.hashOf(bytes);
  requireLife();
  const valid = store.component(hash, bytes);
  requireLife();
  if (valid !== undefined) return knownComponent(valid, { bytes, hash, store });
  const component = await decodedComponent(bytes, { metering, requireLife, kept: { hash, store } });
  await store.keepComponent(hash, { valid: Component.partsOf(component).valid, file: bytes });
  return component;
}

/**
 * Of one that was made for another budget: once, unless whoever does it is interrupted. What is in a store is compiled when
 * it is needed.
 */
async function compileMissing(parts: ComponentParts, metering: Metering): Promise<void> {
  if (parts.kept !== undefined) return;
  const { compiled } = parts;
  for (let others = compiled.get(metering.key); others !== undefined; others = compiled.get(metering.key)) {
    if (await others) return;
  }
  const compiling = compileFor(parts, metering);
  const end = compiling.then(
    () => true,
    () => false,
  );
  compiled.set(metering.key, end);
  try {
    await compiling;
  } catch (error) {
    compiled.delete(metering.key);
    throw error;
  }
}

async function compileFor({ cores, modules, metered }: ComponentParts, metering: Metering): Promise<void> {
  const { key, isNeeded } = metering;
  const known: MeteredModules = metered.get(key) ?? new WeakMap();
  const missing = [...cores].filter((core) => !(isNeeded ? known : modules).has(core));
  const compiling = isNeeded ? undefined : beginCompilingCores(missing);
  const made = await madeModules(missing, { metering, compiling, begun: undefined });
  for (const [core, module] of made.modules) modules.set(core, module);
  const rewritten = made.metered.get(key);
  if (rewritten === undefined) return;
  metered.set(key, known);
  for (const core of missing) {
    const module = rewritten.get(core);
    if (module !== undefined) known.set(core, module);
  }
}

/** What was decoded, validated and compiled another time. */
function knownComponent(
  valid: ValidComponent,
  { bytes, hash, store }: { readonly bytes: Uint8Array; readonly hash: string; readonly store: ModuleStore },
): Component {
  const cores = coreModulesOf(valid);
  const cost = { decodeMs: 0, validateMs: 0, compileMs: 0, ...coreSizes(cores), fromStore: true };
  const kept = new KeptModules(cores, { hash, store });
  const made = { cores: new Set(cores), modules: new Map(), metered: new Map(), compiled: new Map() };
  return new Component({ valid, ...made, file: bytes, hash, cost, kept });
}

const coreSizes = (modules: readonly CoreModule[]): Pick<CompilationCost, "coreModules" | "coreBytes"> => ({
  coreModules: modules.length,
  coreBytes: modules.reduce((sum, { bytes }) => sum + bytes.length, 0),
});

interface Decoding {
  readonly metering: Metering;
  readonly requireLife: () => void;
  readonly kept?: { readonly hash: string; readonly store: ModuleStore };
}

async function decodedComponent(
  bytes: Uint8Array,
  { metering, requireLife, kept: place }: Decoding,
): Promise<Component> {
  const start = performance.now();
  const node = decodeComponent(bytes);
  requireLife();
  const decoded = performance.now();
  const compiling = metering.isNeeded ? undefined : beginCompilingAll(node);
  // A store is asked for all of them together, when they are known.
  const begun = metering.isNeeded && place === undefined ? metering.begin() : undefined;
  const onModule = (core: CoreModule): void => {
    requireLife();
    begun?.add(core);
  };
  const valid = validateComponent(node, bytes, onModule);
  requireLife();
  const validated = performance.now() - (begun?.rewriteMs ?? 0);
  const cores = coreModulesOf(valid);
  const kept = place === undefined ? {} : { hash: place.hash, kept: new KeptModules(cores, place) };
  const made = await madeModules(cores, { metering, compiling, begun, ...kept });
  const cost = {
    decodeMs: decoded - start,
    validateMs: validated - decoded,
    compileMs: performance.now() - validated,
    ...coreSizes(cores),
    fromStore: false,
  };
  const compiled = new Map([[metering.key, Promise.resolve(true)]]);
  return new Component({ valid, cores: new Set(cores), ...made, compiled, file: bytes, cost, ...kept });
}

interface Making {
  readonly metering: Metering;
  /** Undefined if they are to be rewritten. */
  readonly compiling: Compiling | undefined;
  /** All of them, if they are rewritten already. */
  readonly begun: BegunModules | undefined;
  readonly kept?: KeptModules;
}

/** @throws ValidationError */
async function madeModules(
  cores: readonly CoreModule[],
  { metering, compiling, begun, kept }: Making,
): Promise<Pick<ComponentParts, "modules" | "metered">> {
  if (compiling !== undefined) return { modules: await compiledModules(cores, compiling), metered: new Map() };
  try {
    const made = await (begun ?? metering.beginAll(cores, kept)).all();
    return { modules: new Map(), metered: new Map([[metering.key, new WeakMap(made)]]) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Whether they are valid, and with which words they are refused if not, is a matter of the modules as they are.
    return { modules: await compiledModules(cores, new Map()), metered: new Map() };
  }
}

function checkLayer(bytes: Uint8Array): void {
  if (layerOf(bytes) !== "module") return;
  throw new DecodeError("this is a core module, not a component: wrap it with `wasm-tools component new`", 4);
}

function coreModulesOf(valid: ValidComponent): CoreModule[] {
  const found: CoreModule[] = [];
  collect(valid, found);
  return found;
}

function collect(valid: ValidComponent, found: CoreModule[]): void {
  for (const definition of valid.definitions) {
    if (definition.kind === "core module") found.push(definition.module);
    else if (definition.kind === "component") collect(definition.component, found);
  }
}
