/** An instance as a host holds it: its exports as functions, its state, its end. */

import type { HostSide } from "../call/support.ts";
import { BudgetExhausted, ComponentError, ExitError, TrapError, UnsupportedError } from "../errors/errors.ts";
import type { FuncItem, HostCall, InstanceItem } from "../instantiate/runtime-scope.ts";
import type { ExternType, FuncType } from "../types/component-types.ts";
import type { InstanceBudget, Usage } from "./instance-budget.ts";

export type InstanceState = "ready" | "trapped" | "exhausted" | "terminated";

interface HandleParts {
  readonly types: ReadonlyMap<string, ExternType>;
  readonly budget: InstanceBudget;
  readonly onEnd: () => void;
  /** Gives back what the instance owns of the host's. */
  readonly dropHostResources: () => void;
}

export class InstanceHandle implements AsyncDisposable {
  readonly #root: InstanceItem;
  readonly #types: ReadonlyMap<string, ExternType>;
  readonly #funcs = new Map<string, HostCall>();
  readonly #onEnd: () => void;
  readonly #dropHostResources: () => void;
  #state: InstanceState = "ready";
  #exports: Readonly<Record<string, unknown>> | undefined;

  readonly #budget: InstanceBudget;

  constructor(root: InstanceItem, { types, budget, onEnd, dropHostResources }: HandleParts) {
    this.#root = root;
    this.#types = types;
    this.#budget = budget;
    this.#onEnd = onEnd;
    this.#dropHostResources = dropHostResources;
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** What is counted is what the budget limits: the rest is 0. */
  usage(): Usage {
    return this.#budget.usage;
  }

  /** Functions and interfaces by their names in the component. */
  get exports(): Readonly<Record<string, unknown>> {
    this.#exports ??= this.#namespace(this.#types, "");
    return this.#exports;
  }

  /**
   * Calls an export: a bare name, or `ns:pkg/iface@version#name`.
   * @throws TypeError (an argument), TrapError, BudgetExhausted, ExitError, ComponentError (the `err` side of the result)
   */
  async call(name: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.func(name)(...args);
  }

  /** The same as a synchronous function. @throws TypeError if there is no such export */
  func(name: string): HostCall {
    const known = this.#funcs.get(name);
    if (known !== undefined) return known;
    const { item } = this.#find(name);
    const made = item.lifted?.forHost(this.#side);
    if (made === undefined) throw new UnsupportedError(`calling '${name}', an import that is exported again,`);
    this.#funcs.set(name, made);
    return made;
  }

  /** Host resources that the instance still owns are dropped. @throws what dropping them throws */
  async terminate(): Promise<void> {
    if (this.#state !== "terminated") this.#onEnd();
    this.#state = "terminated";
    this.#dropHostResources();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }

  /** What another instance is given for an import that this one serves; undefined if it exports nothing of that name. */
  static itemOf(handle: InstanceHandle, name: string): { item: InstanceItem | FuncItem; type: ExternType } | undefined {
    const item = handle.#root.exports.get(name);
    const type = handle.#types.get(name);
    if (type === undefined || (item?.kind !== "func" && item?.kind !== "instance")) return undefined;
    return { item, type };
  }

  #find(name: string): FoundFunc {
    const hash = name.indexOf("#");
    const path = hash < 0 ? [name] : [name.slice(0, hash), name.slice(hash + 1)];
    const found = find(this.#root, this.#types, path);
    if (found !== undefined) return found;
    throw new TypeError(`the instance exports no function '${name}'`);
  }

  readonly #side: HostSide = {
    begin: (given, wanted) => {
      if (this.#state !== "ready") {
        throw new TrapError(`cannot enter component instance: it is ${this.#state}`, { code: "cannot-enter" });
      }
      if (given !== wanted) throw new TypeError(`expected ${wanted} arguments, found ${given}`);
      this.#budget.enter();
    },
    end: (error) => this.#ended(error),
    unwrap: (result) => {
      const { tag, val } = result as { tag: "ok" | "err"; val?: unknown }; // lifted so
      if (tag === "err") throw new ComponentError(val);
      return val;
    },
  };

  /** A bad argument leaves the instance as it was; a trap or an exit is its end. */
  #ended(error: unknown): unknown {
    if (error instanceof TrapError) this.#state = "trapped";
    if (error instanceof BudgetExhausted) this.#state = "exhausted";
    if (error instanceof ExitError) {
      this.#state = "terminated";
      this.#onEnd();
    }
    if (this.#state !== "ready") this.#dropQuietly();
    return error;
  }

  /** What ended the instance is what its caller has to know: a host resource that cannot be dropped comes second. */
  #dropQuietly(): void {
    try {
      this.#dropHostResources();
    } catch {
      // `terminate` would have told it.
    }
  }

  #namespace(types: ReadonlyMap<string, ExternType>, prefix: string): Readonly<Record<string, unknown>> {
    const made: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [name, type] of types) {
      if (type.kind === "func") {
        made[name] = async (...args: unknown[]) => this.func(`${prefix}${name}`)(...args);
      } else if (type.kind === "instance" && prefix === "") {
        made[name] = this.#namespace(type.exports, `${name}#`);
      }
    }
    return made;
  }
}

interface FoundFunc {
  readonly item: FuncItem;
  readonly type: FuncType;
}

function find(
  root: InstanceItem,
  types: ReadonlyMap<string, ExternType>,
  path: readonly string[],
): FoundFunc | undefined {
  const [name = "", ...rest] = path;
  const item = root.exports.get(name);
  const type = types.get(name);
  if (rest.length > 0) {
    return item?.kind === "instance" && type?.kind === "instance" ? find(item, type.exports, rest) : undefined;
  }
  return item?.kind === "func" && type?.kind === "func" ? { item, type } : undefined;
}
