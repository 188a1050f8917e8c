/** A component that was read, checked and compiled. It can be instantiated as often as one likes. */
import type { RewrittenModule } from "../compile/rewrite-module.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import { decodeComponent, layerOf } from "../decode/component.ts";
import { DecodeError, ValidationError } from "../errors/errors.ts";
import type { ModuleStore } from "../store/module-store.ts";
import type { ExternType } from "../types/component-types.ts";
import { formatWorld } from "../types/wit.ts";
import { validateComponent } from "../validate/component.ts";
import type { ValidComponent } from "../validate/valid-component.ts";
import { KeptModules } from "./kept-modules.ts";

/** Times in milliseconds. */
export interface CompilationCost {
  readonly decodeMs: number;
  readonly validateMs: number;
  readonly compileMs: number;
  readonly coreModules: number;
  readonly coreBytes: number;
  /** The store knew the component: nothing was decoded, validated or compiled, and modules are compiled when needed. */
  readonly fromStore: boolean;
}

export class Component {
  /** Bytes of the binary. */
  readonly size: number;
  /** SHA-256 of the binary, in hexadecimal. */
  readonly hash: string;
  readonly cost: CompilationCost;
  readonly #parts: ComponentParts;

  constructor(parts: ComponentParts) {
    this.#parts = parts;
    this.size = parts.size;
    this.hash = parts.hash;
    this.cost = parts.cost;
  }

  get imports(): ReadonlyMap<string, ExternType> {
    return this.#parts.valid.type.imports;
  }

  get exports(): ReadonlyMap<string, ExternType> {
    return this.#parts.valid.type.exports;
  }

  toWit(): string {
    return formatWorld(this.#parts.valid.type);
  }

  /** What the engine needs to instantiate it. */
  static partsOf(component: Component): ComponentParts {
    return component.#parts;
  }
}

/** Modules that a host gave are other objects for each instance, and go with it. */
export type MeteredModules = WeakMap<
  CoreModule,
  { readonly rewritten: RewrittenModule; readonly module: WebAssembly.Module }
>;

export interface ComponentParts {
  readonly valid: ValidComponent;
  /** Those that are compiled; of a component that the store knew, others join when they are needed. */
  readonly modules: Map<CoreModule, WebAssembly.Module>;
  /** Rewritten for budgets, by what they count. */
  readonly metered: Map<string, MeteredModules>;
  readonly size: number;
  readonly hash: string;
  readonly cost: CompilationCost;
  /** Its core modules, rewritten before; undefined without a store. */
  readonly kept?: KeptModules;
}

/** @throws DecodeError, ValidationError, UnsupportedError */
export async function loadComponent(bytes: Uint8Array, store?: ModuleStore): Promise<Component> {
  checkLayer(bytes);
  if (store === undefined) return decodedComponent(bytes, { hash: hashOf(bytes) });
  const hash = store.hashOf(bytes);
  const valid = store.component(hash, bytes);
  if (valid !== undefined) return knownComponent(valid, { bytes, hash, store });
  const component = await decodedComponent(bytes, { hash, store });
  await store.keepComponent(hash, { valid: Component.partsOf(component).valid, file: bytes });
  return component;
}

/** What was decoded, validated and compiled another time. */
function knownComponent(
  valid: ValidComponent,
  { bytes, hash, store }: { readonly bytes: Uint8Array; readonly hash: string; readonly store: ModuleStore },
): Component {
  const cost = { decodeMs: 0, validateMs: 0, compileMs: 0, ...coreSizes(coreModulesOf(valid)), fromStore: true };
  const kept = new KeptModules(coreModulesOf(valid), { hash, store });
  return new Component({ valid, modules: new Map(), metered: new Map(), size: bytes.length, hash, cost, kept });
}

const coreSizes = (modules: readonly CoreModule[]): Pick<CompilationCost, "coreModules" | "coreBytes"> => ({
  coreModules: modules.length,
  coreBytes: modules.reduce((sum, { bytes }) => sum + bytes.length, 0),
});

interface Decoding {
  /** A digest in the making is waited for last: engines make it beside this thread. */
  readonly hash: string | Promise<string>;
  readonly store?: ModuleStore;
}

async function decodedComponent(bytes: Uint8Array, { hash: digest, store }: Decoding): Promise<Component> {
  const start = performance.now();
  const node = decodeComponent(bytes);
  const decoded = performance.now();
  const valid = validateComponent(node, bytes);
  const validated = performance.now();
  const modules = await compileModules(valid);
  const cost = {
    decodeMs: decoded - start,
    validateMs: validated - decoded,
    compileMs: performance.now() - validated,
    ...coreSizes([...modules.keys()]),
    fromStore: false,
  };
  const hash = await digest;
  const parts = { valid, modules, metered: new Map(), size: bytes.length, hash, cost };
  const kept = store === undefined ? {} : { kept: new KeptModules([...modules.keys()], { hash, store }) };
  return new Component({ ...parts, ...kept });
}

function checkLayer(bytes: Uint8Array): void {
  if (layerOf(bytes) !== "module") return;
  throw new DecodeError("this is a core module, not a component: wrap it with `wasm-tools component new`", 4);
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  // Node 24 has no toHex of its own.
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** All core modules of the component and of those in it, each once. */
async function compileModules(valid: ValidComponent): Promise<Map<CoreModule, WebAssembly.Module>> {
  const compiled = await Promise.all(
    coreModulesOf(valid).map(async (module) => [module, await compileModule(module)] as const),
  );
  return new Map(compiled);
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

/** What is wrong within a function's body only the engine's compiler knows. */
async function compileModule({ bytes, offset }: CoreModule): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(new Uint8Array(bytes));
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw new ValidationError(`a core module is not valid: ${error.message}`, offset);
  }
}
