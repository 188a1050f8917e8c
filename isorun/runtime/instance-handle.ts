/** An instance as a host holds it: its exports as functions, its state, its end. */

import { argumentError } from "../../core/argument-error.ts";
import { nameOf } from "../call/check-value.ts";
import type { HostSide } from "../call/edge.ts";
import { requireRoom } from "../call/stack-room.ts";
import { canSuspend } from "../call/suspending.ts";
import { type CallContext, type InstanceState, type Root, TaskContext } from "../call/task.ts";
import { ComponentError, UnsupportedError } from "../errors/errors.ts";
import type { InstanceStates } from "../instantiate/instance-states.ts";
import type { FuncItem, HostCall, HostEntry, InstanceItem } from "../instantiate/runtime-scope.ts";
import type { ExternType, FuncType } from "../types/component-types.ts";
import {
  type CallOptions,
  isContext,
  type ReadOptions,
  requireCallOptions,
  requireNoOptions,
  watch,
} from "./call-options.ts";
import { compatibleLookup } from "./compatible-name.ts";
import { countsArguments } from "./declared-params.ts";
import { InstanceBudget, type Usage } from "./instance-budget.ts";
import type { InstanceInterface } from "./instance-interface.ts";
import type { LocalLink } from "./link-resources.ts";
import { type Refill, requireRefill } from "./refill.ts";
import { requireArguments, requireName } from "./required.ts";

interface HandleParts {
  readonly types: ReadonlyMap<string, ExternType>;
  readonly budget: InstanceBudget;
  readonly states: InstanceStates;
  /** Whether it imports something that its calls may have to wait for. */
  readonly canWait: boolean;
  readonly onEnd: (handle: InstanceHandle) => void;
  /** Gives back what the instance owns of the host's. */
  readonly dropHostResources: () => void;
}

/** Of what promises take for one of themselves. */
const promiseMethod = "then";

const nothing: InstanceItem = { kind: "instance", exports: new Map() };

/**
 * ```ts
 * const component = await runtime.load(greet);
 * const instance = await runtime.instance(component).budget({ fuel: 10_000n }).instantiate();
 * await instance.call("greet", ["you"]); // → "hello, you"
 * instance.func("sum")([1, 2, 39]); // → 42n
 * const { sum } = instance.exports as { sum(numbers: number[]): Promise<bigint> };
 * await sum([1, 2]); // → 3n
 * instance.usage().calls; // → 3
 * instance.refill({ fuel: 1_000n });
 * const end = await instance.call("sum", [[1, 2]], { fuel: 5n }).catch((error: unknown) => error);
 * end instanceof BudgetExhausted && end.field; // → "fuel"
 * instance.state; // → "exhausted"
 * await instance.terminate("it is not needed any more");
 * ```
 */
export class InstanceHandle implements InstanceInterface {
  readonly #types: ReadonlyMap<string, ExternType>;
  readonly #funcs = new Map<string, HostEntry>();
  readonly #budget: InstanceBudget;
  readonly #states: InstanceStates;
  readonly #canWait: boolean;
  readonly #onEnd: (handle: InstanceHandle) => void;
  #dropHostResources: () => void;
  #root: InstanceItem;
  #exports: Readonly<Record<string, unknown>> | undefined;

  constructor(root: InstanceItem, { types, budget, states, canWait, onEnd, dropHostResources }: HandleParts) {
    this.#root = root;
    this.#types = types;
    this.#budget = budget;
    this.#states = states;
    this.#canWait = canWait;
    this.#onEnd = onEnd;
    this.#dropHostResources = dropHostResources;
    budget.root.onEnd = () => this.#ended();
  }

  get state(): InstanceState {
    return this.#budget.root.state;
  }

  /** Fuel and times are counted where the budget limits them, memory that the instance hides too; else they are 0. */
  usage(): Usage {
    return this.#budget.usage;
  }

  /**
   * Functions and interfaces by their names in the component. A function `then` is not among them, since whoever awaits an
   * object that has one calls it: `call("then")` and `func("then")` do, and `call("ns:pkg/iface#then")`.
   */
  get exports(): Readonly<Record<string, unknown>> {
    this.#exports ??= this.#namespace(this.#types, "");
    return this.#exports;
  }

  /**
   * Calls an export: a bare name, or `ns:pkg/iface@version#name`. Waits for its turn if the instance is busy with another
   * call, and while host functions wait. A context may stand behind the last argument too, so that a host function can hand
   * on all that it was given; undefined stands for none.
   * @throws TypeError (an argument), TrapError, BudgetExhausted, DeadlockError, ExitError, ComponentError (the `err` side
   * of the result), UnsupportedError (options, where the engine cannot suspend a call; an async function, and an import that
   * is exported again; a resource of the host that has a function `then`, or stands in a field of that name and is one: a
   * promise would call it, so that what the answer owns is dropped)
   */
  async call(name: string, list: readonly unknown[] = [], given?: CallOptions): Promise<unknown> {
    requireArguments(list);
    // Read once, and before anything begins: whoever gives them may run code there, and change them while the call waits.
    const args = [...list];
    const entry = this.#entryOf(name);
    const options = optionsOf(given, takeContext(args, entry.call.length));
    const { root } = entry.instance;
    // A call that can be suspended costs some microseconds: most need not.
    const isPlain = options === undefined && !this.#canWait && root.mayEnter;
    if (isPlain) return entry.call(...args);
    if (!canSuspend()) {
      requireNoOptions(options);
      return entry.awaitable(entry.call(...args));
    }
    return this.#callInTurn(entry, args, options);
  }

  async #callInTurn(entry: HostEntry, args: readonly unknown[], options?: ReadOptions): Promise<unknown> {
    const { scheduler } = this.#states;
    requireRoom();
    const task = scheduler.makeTask(entry.instance.root, options?.context);
    const watching: (() => void)[] = [];
    try {
      if (options !== undefined) watch(task, { scheduler, options, watching });
      const turn = scheduler.turnOf(task);
      if (turn !== undefined) {
        await turn;
        scheduler.hasTurn(task);
      }
      if (options?.fuel !== undefined) task.narrow = InstanceBudget.narrowing(task.root, options.fuel);
      return await entry.callSuspendable(task, ...args);
    } finally {
      scheduler.forget(task);
      for (const end of watching) end();
    }
  }

  /**
   * The same as a synchronous function. It throws TrapError `cannot-block` where it would have to wait.
   * @throws TypeError if there is no such export, UnsupportedError for an async function, and for an import that is exported
   *   again
   */
  func(name: string): HostCall {
    return this.#entryOf(name).call;
  }

  #entryOf(name: string): HostEntry {
    const known = this.#funcs.get(name);
    if (known !== undefined) return known;
    requireName(name);
    const { root } = this.#budget;
    if (root.state !== "ready") throw this.#states.scheduler.refusal(root, undefined);
    const { item, type } = this.#find(name);
    const made = item.lifted?.forHost(sideOf(item.lifted.scope.instance.root), name);
    if (made === undefined) {
      const what = type.isAsync ? "an async function" : "an import that is exported again";
      throw new UnsupportedError(`calling '${name}', ${what},`);
    }
    this.#funcs.set(name, made);
    countsArguments.add(made.call);
    return made;
  }

  /**
   * Gives the instance more of what its budget counts, from within its host functions too. One that has ended stays so.
   * @throws TypeError (`invalid-argument`), UnsupportedError (it has no budget of fuel), TrapError (it has ended)
   */
  refill(refill: Refill): void {
    const { fuel } = requireRefill(refill);
    const { root } = this.#budget;
    if (root.state !== "ready") throw this.#states.scheduler.refusal(root, undefined);
    this.#budget.refillFuel(fuel);
  }

  /**
   * Ends the instance, and the call that is in it: at once if it waits, else where it next can be ended. Host resources
   * that the instance still owns are dropped, and so are those of other instances, by their destructors: in turn if such an
   * instance is busy, behind the calls that host functions have lent them on to, and not if it has ended. Resolves when
   * these have run or were handed over: it does not wait for one that waits, be it for its turn; what such a one fails with
   * ends the instance that defines the resource.
   * @throws TypeError (`invalid-argument`) for a reason that is no text, which ends nothing, and what dropping host
   *   resources throws
   */
  async terminate(reason = "the instance was terminated"): Promise<void> {
    if (typeof reason !== "string") throw argumentError(`a reason must be a string, found ${nameOf(reason)}`);
    const drop = this.#dropHostResources;
    this.#dropHostResources = () => undefined;
    this.#states.scheduler.terminate(this.#budget.root, reason);
    this.#onEnd(this);
    drop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }

  /** @throws TypeError (`invalid-argument`) for objects that only have its type, and for proxies of one */
  static require(given: InstanceInterface): InstanceHandle {
    // What a proxy or an heir of one is an instance of says nothing of what is in it.
    if (typeof given === "object" && given !== null && #root in given) return given;
    throw argumentError("an instance that 'instantiate' made is needed here: nothing else can be linked or registered");
  }

  /**
   * What another instance is given for an import that this one serves; undefined if it exports nothing of that name, or of
   * a compatible version.
   */
  static itemOf(handle: InstanceHandle, name: string): LocalLink | undefined {
    const item = compatibleLookup(handle.#root.exports)(name);
    const type = compatibleLookup(handle.#types)(name);
    if (type === undefined || (item?.kind !== "func" && item?.kind !== "instance")) return undefined;
    return { item, type, resources: handle.#root.resources ?? new Map(), provider: handle.#budget.root };
  }

  /** What can be called or linked, by name: `exports` has no function `then`. */
  static allExportsOf(handle: InstanceHandle): Readonly<Record<string, ExternType>> {
    return Object.fromEntries([...handle.#types].filter(([, { kind }]) => kind === "func" || kind === "instance"));
  }

  /** What all instances of its runtime share. */
  static statesOf(handle: InstanceHandle): InstanceStates {
    return handle.#states;
  }

  #find(name: string): FoundFunc {
    const hash = name.indexOf("#");
    const path = hash < 0 ? [name] : [name.slice(0, hash), name.slice(hash + 1)];
    const found = find(this.#root, this.#types, path);
    if (found !== undefined) return found;
    const meant = [...this.#types].find(([, type]) => type.kind === "instance" && type.exports.has(name));
    const hint = meant === undefined ? "" : `; '${meant[0]}' has one: call '${meant[0]}#${name}'`;
    throw argumentError(`the instance exports no function '${name}'${hint}`);
  }

  /** What it had is given back, whoever still has the handle. */
  #ended(): void {
    this.#funcs.clear();
    this.#root = nothing;
    this.#onEnd(this);
    this.#dropQuietly();
    this.#dropHostResources = () => undefined;
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
        if (name !== promiseMethod) made[name] = (...args: unknown[]) => this.call(`${prefix}${name}`, args);
      } else if (type.kind === "instance" && prefix === "") {
        made[name] = this.#namespace(type.exports, `${name}#`);
      }
    }
    return Object.freeze(made);
  }
}

/** What stands behind the last argument, if it is a context, or stands for none; `args` has it no more. */
function takeContext(args: unknown[], count: number): CallContext | undefined {
  const last = args[args.length - 1];
  if (TaskContext.isOne(last)) {
    args.pop();
    return last;
  }
  if (args.length !== count + 1) return undefined;
  const context = isContext(last) ? last : undefined;
  if (context !== undefined || last === undefined) args.pop();
  return context;
}

/** Where stacks cannot be suspended, whose call it is is known without a context. @throws TypeError (`invalid-argument`) */
function optionsOf(given: CallOptions | undefined, context: CallContext | undefined): ReadOptions | undefined {
  const options = given === undefined ? undefined : requireCallOptions(given);
  if (context === undefined || !canSuspend()) return options;
  return { ...options, context: options?.context ?? context };
}

/** The `ok` side. @throws ComponentError with the other one */
function unwrap(result: unknown): unknown {
  const { tag, val } = result as { tag: "ok" | "err"; val?: unknown }; // lifted so
  if (tag === "err") throw new ComponentError(val);
  return val;
}

/** Whose function it is: it may be of another instance, which this one exports again. */
const sideOf = (root: Root): HostSide => ({ ...InstanceBudget.entering(root), unwrap });

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
