/** What a host gives an instance: functions, interfaces, resources and core modules, by the names of its imports. */
import { argumentError } from "../../core/argument-error.ts";
import { oddityOf } from "../../core/known-fields.ts";
import { nameOf } from "../call/check-value.ts";
import type { HostValues, RuntimeResource } from "../call/handle-table.ts";
import type { FuncType, InstanceType, ResourceType } from "../types/component-types.ts";
import { requireAtOnce } from "./at-once.ts";
import { dropValue, requireNotAsync } from "./host-drop.ts";
import type { InterfaceTypes } from "./interface-types.ts";
import { requireFunction, requireName } from "./required.ts";

/** A resource type of the host, as `resource` of a Linker answers with: others can be given it, and nothing is read of it. */
export interface HostResource {
  readonly kind: "host-resource";
}

/** What `resource` of a Linker is told. */
export interface ResourceOptions {
  /**
   * Called when a guest drops the last handle that owns a value. Nothing can wait for it: a promise that it answers with is
   * a TypeError, which traps, or is told by `terminate`.
   */
  drop?(value: unknown): void;
}

/** What serves an import: given its arguments, and a CallContext behind them. */
export type HostFunction = (...args: never[]) => unknown;

export type HostDefinition =
  | { readonly kind: "func"; readonly implementation: HostFunction; readonly declared?: DeclaredInterface | undefined }
  | { readonly kind: "instance"; readonly linker: Linker }
  | { readonly kind: "resource"; readonly resource: RuntimeResource }
  | { readonly kind: "module"; readonly bytes: Uint8Array };

/** An interface whose types are stated; they are read when somebody imports it. */
export interface DeclaredInterface {
  readonly type: InstanceType | undefined;
}

/** An import that nothing was defined for. */
export interface MissingImport {
  /** The import, then the name in it if it is an interface. */
  readonly path: readonly string[];
  readonly type: FuncType | ResourceType;
}

/** What stands in its place, if it wants to answer for it: a function, or a resource for a resource. */
export type Fallback = (missing: MissingImport) => HostFunction | HostResource | undefined;

/** Hands on what the budget of the instance has room for. @throws BudgetExhausted behind it, if that is not all */
export type WriteOutput = (bytes: Uint8Array, write: (fitting: Uint8Array) => void) => void;

/** Runs it once, when the instance has ended and no stack has frames of it: it cannot be called any more. */
export type OnEnd = (run: () => void) => void;

const resources = new WeakMap<HostResource, RuntimeResource>();

/**
 * Names are those of the component, verbatim. What is defined twice is what was defined last. What is given of another
 * kind than a definition takes is a TypeError (`invalid-argument`) there.
 *
 * ```ts
 * const chains: number[] = [];
 * const instance = await runtime
 *   .instance(await runtime.load(twice))
 *   .linkHost((linker) => {
 *     linker.func("fetch", async (x: number, context: CallContext) => {
 *       chains.push(context.chain.length);
 *       return x * 2;
 *     });
 *   })
 *   .instantiate();
 * await instance.call("run", [4]); // → 16
 * chains; // → [2, 2]
 * ```
 */
export class Linker {
  readonly #definitions = new Map<string, HostDefinition>();
  readonly #fallbacks: Fallback[] = [];
  /** While an interface is defined with types. */
  #declared: DeclaredInterface | undefined;
  /** Those that were stated last. */
  #types: DeclaredInterface | undefined;
  /**
   * For system components through which an instance writes something out: counts it against `maxOutputBytes`, over all of
   * them, gives `write` what fits, and ends the instance with BudgetExhausted if that is not all.
   */
  readonly writeOutput: WriteOutput;
  /**
   * For system components that hold something for an instance: where to give it back, also if the instance traps while it
   * is made. What is run must not throw.
   */
  readonly onEnd: OnEnd;

  /** Each instance has one of its own; without `writeOutput` nothing is counted, without `onEnd` nothing ends. */
  constructor(writeOutput: WriteOutput = (bytes, write) => write(bytes), onEnd: OnEnd = () => undefined) {
    this.writeOutput = writeOutput;
    this.onEnd = onEnd;
  }

  /**
   * @param implementation is given a CallContext after the last argument, unless it certainly cannot see one, as an arrow
   *   function with names for as many parameters: that one is called faster. It may return a promise. What it returns is
   *   the result; of a `result` the `ok` side, and what it throws as ComponentError the other one. Whatever else it throws
   *   is a trap.
   */
  func(name: string, implementation: HostFunction): this {
    requireName(name);
    requireFunction(implementation, quoted(name));
    this.#definitions.set(name, { kind: "func", implementation, declared: this.#declared });
    return this;
  }

  /**
   * @param define what it defines is there when it returns: it cannot be async, as `linkHost` around it can
   * @param types where the interface is stated by this very name: what `define` gives is held against imports before any
   *   code of the guest runs, and a LinkError tells of functions that ask for other types
   */
  instance(name: string, define: (linker: Linker) => void, types?: InterfaceTypes): this {
    requireName(name);
    requireFunction(define, quoted(name));
    requireTypes(name, types);
    const known = this.#definitions.get(name);
    const linker = known?.kind === "instance" ? known.linker : new Linker(this.writeOutput, this.onEnd);
    const before = linker.#declared;
    linker.#declared = types === undefined ? undefined : declaredBy(types, name);
    linker.#types = linker.#declared ?? linker.#types;
    try {
      requireAtOnce(define(linker), `what defines ${quoted(name)}`, "for which nothing waits: 'linkHost' may be async");
    } finally {
      linker.#declared = before;
    }
    this.#definitions.set(name, { kind: "instance", linker });
    return this;
  }

  /** A resource type of the host, or one that another linker made: its values are the host's own objects. */
  resource(name: string, type: HostResource | ResourceOptions = {}): HostResource {
    requireName(name);
    const { made, runtime } = resourceOf(type, name);
    this.#definitions.set(name, { kind: "resource", resource: runtime });
    return made;
  }

  module(name: string, bytes: Uint8Array): this {
    requireName(name);
    if (!(bytes instanceof Uint8Array)) {
      throw argumentError(`${quoted(name)} must be given bytes (a Uint8Array), found ${nameOf(bytes)}`);
    }
    this.#definitions.set(name, { kind: "module", bytes });
    return this;
  }

  /** Asked at the end for functions and resources that are missing; those that were added first are asked first. */
  fallback(give: Fallback): this {
    if (typeof give !== "function") throw argumentError(`a fallback must be a function, found ${nameOf(give)}`);
    this.#fallbacks.push(give);
    return this;
  }

  static fallbackOf(linker: Linker, missing: MissingImport): HostDefinition | undefined {
    for (const give of linker.#fallbacks) {
      const given = give(missing);
      requireAtOnce(given, `the fallback for ${quoted(missing.path.join("#"))}`, "for which linking does not wait");
      if (typeof given === "function") return { kind: "func", implementation: given };
      if (given !== undefined) return { kind: "resource", resource: resourceOf(given, missing.path.join("#")).runtime };
    }
    return undefined;
  }

  /** What an interface was stated to be. */
  static typeOf(definition: HostDefinition | undefined): InstanceType | undefined {
    return definition?.kind === "instance" ? definition.linker.#types?.type : undefined;
  }

  static definitionsOf(linker: Linker): ReadonlyMap<string, HostDefinition> {
    return linker.#definitions;
  }
}

const quoted = (name: string): string => `'${name}'`;

function requireTypes(name: string, types: InterfaceTypes | undefined): void {
  if (types === undefined || typeof (types as Partial<InterfaceTypes> | null)?.of === "function") return; // whatever was given
  throw argumentError(`the types of ${quoted(name)} must be InterfaceTypes, found ${nameOf(types)}`);
}

function declaredBy(types: InterfaceTypes, name: string): DeclaredInterface {
  let known: InstanceType | undefined;
  return {
    get type() {
      known ??= types.of(name);
      return known;
    },
  };
}

interface MadeResource {
  readonly made: HostResource;
  readonly runtime: RuntimeResource;
}

function resourceOf(type: HostResource | ResourceOptions, name: string): MadeResource {
  requireResource(type, name);
  const known = "kind" in type ? resources.get(type) : undefined;
  if (known !== undefined && "kind" in type) return { made: type, runtime: known };
  const values = new HostTable();
  const drop = (representation: number): void => {
    const value = values.take(representation);
    if ("drop" in type) dropValue(type, value, name);
  };
  const runtime: RuntimeResource = { kind: "resource", drop, owner: undefined, values };
  const made: HostResource = { kind: "host-resource" };
  resources.set(made, runtime);
  return { made, runtime };
}

function requireResource(type: HostResource | ResourceOptions, name: string): void {
  if (typeof type !== "object" || type === null) {
    throw argumentError(`${quoted(name)} must be given a resource, found ${nameOf(type)}`);
  }
  if ("kind" in type && type.kind === "host-resource" && !resources.has(type)) {
    throw argumentError(`${quoted(name)} is given a resource that no linker made`);
  }
  const { drop } = type as { readonly drop?: unknown }; // whatever was given
  if (drop !== undefined && typeof drop !== "function") {
    throw argumentError(`'drop' of ${quoted(name)} must be a function, found ${nameOf(drop)}`);
  }
  // What has one may have more, as an object of a class does; what has none, and yet something, was meant to have one.
  if (drop === undefined && !resources.has(type as HostResource) && oddityOf(type, ["drop"]) !== undefined) {
    throw argumentError(`${quoted(name)} must be given a resource, or an object with 'drop', found one without`);
  }
  requireNotAsync(drop, name);
}

class HostTable implements HostValues {
  readonly #values = new Map<number, unknown>();
  #next = 1;

  add(value: unknown): number {
    const representation = this.#next;
    this.#next += 1;
    this.#values.set(representation, value);
    return representation;
  }

  get(representation: number): unknown {
    return this.#values.get(representation);
  }

  take(representation: number): unknown {
    const value = this.#values.get(representation);
    this.#values.delete(representation);
    return value;
  }
}
