/** Loads components, makes instances of them, and knows those that were registered under a name. */
import { argumentError } from "../../core/argument-error.ts";
import { requireBudget } from "../../core/budget/require-budget.ts";
import { isAbsolutePath } from "../../core/policy/path.ts";
import { nameOf } from "../call/check-value.ts";
import { ClosedError } from "../errors/errors.ts";
import { InstanceStates } from "../instantiate/instance-states.ts";
import { Component, holdComponents, type LoadOptions, loadComponent } from "./component.ts";
import { bytesOf } from "./component-source.ts";
import { InstanceBuilder } from "./instance-builder.ts";
import { InstanceHandle } from "./instance-handle.ts";
import type { InstanceInterface } from "./instance-interface.ts";
import { requireOptions } from "./require-options.ts";
import { requireFlag, requireFunction, requireName } from "./required.ts";

/** What `new Runtime` is told. */
export interface RuntimeOptions {
  /**
   * The directory in which what was compiled is kept, by an absolute path. Default: `false`, which is in memory only, as
   * long as a program holds the component.
   */
  readonly store?: string | false;
}

/**
 * Several live in one process without touching each other.
 *
 * ```ts
 * const runtime = new Runtime();
 * const component = await runtime.load(greet);
 * const instance = await runtime.instance(component).instantiate();
 * runtime.registerInstance("greeter", instance);
 * runtime.registered("greeter") === instance; // → true
 * runtime.unregisterInstance("greeter"); // → true
 * await runtime.close();
 * instance.state; // → "terminated"
 * ```
 */
export class Runtime implements AsyncDisposable {
  readonly #registered = new Map<string, InstanceHandle>();
  readonly #live = new Set<InstanceHandle>();
  readonly #held = holdComponents();
  #states: InstanceStates | undefined;
  readonly #store: string | false;
  #made = 0;
  #isClosed = false;

  /** @throws TypeError (`invalid-argument`) for a store whose path is not absolute, and for an option that there is not */
  constructor(options: RuntimeOptions = {}) {
    const { store = false } = requireOptions(options, "Runtime", ["store"]);
    this.#store = requireStore(store);
  }

  /**
   * Reads, checks and compiles a component: bytes, which are copied, a path, or a URL. A URL of `file:` is read, one of
   * `http:`, `https:`, `data:` or `blob:` is fetched; a string is always a path. As long as the program holds a component,
   * the same bytes are answered with the same object, and compiled for another budget only if that needs it.
   * @throws DecodeError (malformed), ValidationError (invalid), UnsupportedError (valid, not built yet), TypeError for what
   *   is no budget, no option or no source, ClosedError, what the system says of a file or `fetch` of a URL, and an Error with the
   *   code `http-status` for a server that does not give it
   */
  async load(source: Uint8Array | string | URL, options: LoadOptions = {}): Promise<Component> {
    this.#requireOpen();
    const given = requireOptions(options, "'load'", ["budget", "isInterruptible", "interruptBy"]);
    if (given.interruptBy !== undefined) requireFunction(given.interruptBy, "'interruptBy'");
    if (given.isInterruptible !== undefined) requireFlag(given.isInterruptible, "'isInterruptible'");
    const budget = given.budget === undefined ? {} : requireBudget(given.budget);
    const loading = { ...given, budget, held: this.#held };
    const bytes = await bytesOf(source);
    if (this.#store === false) return loadComponent(bytes, loading);
    // The disk is a matter of platforms that have one: elsewhere this is never loaded.
    const { openModuleStore } = await import("../store/module-store.ts");
    return loadComponent(bytes, { ...loading, store: openModuleStore(this.#store) });
  }

  /**
   * As often as you like; of a runtime that is closed `instantiate` is rejected with ClosedError.
   * @throws TypeError for what is no component
   */
  instance(component: Component): InstanceBuilder {
    Component.require(component);
    // A memory of its own, of which JavaScriptCore has few that are fast: whoever only loads needs none.
    this.#states ??= new InstanceStates();
    return new InstanceBuilder(component, {
      states: this.#states,
      nameOf: () => {
        this.#requireOpen();
        this.#made += 1;
        return `instance-${this.#made}`;
      },
      requireOpen: () => this.#requireOpen(),
      onMade: (handle) => this.#keep(handle),
      onEnd: (handle) => this.#forget(handle),
    });
  }

  /**
   * An instance of this runtime that lives. `terminate` takes its name away; one that trapped or spent its budget keeps it,
   * so that who looks for it finds out, until `unregisterInstance`.
   * @throws TypeError if another instance has the name, for one that has ended or is of another runtime, and for what is no
   *   instance or no name; ClosedError
   */
  registerInstance(id: string, given: InstanceInterface): void {
    requireName(id);
    const handle = InstanceHandle.require(given);
    this.#requireOpen();
    const refuse = (why: string): never => {
      throw argumentError(`the instance cannot be registered as '${id}': it is ${why}`);
    };
    if (InstanceHandle.statesOf(handle) !== this.#states) refuse("of another Runtime");
    if (handle.state !== "ready") refuse(handle.state);
    const known = this.#registered.get(id);
    if (known !== undefined && known !== handle) throw argumentError(`another instance is registered as '${id}'`);
    this.#registered.set(id, handle);
  }

  /** Whether there was one of this name. */
  unregisterInstance(id: string): boolean {
    return this.#registered.delete(id);
  }

  registered(id: string): InstanceHandle | undefined {
    return this.#registered.get(id);
  }

  /**
   * Ends all instances, and with them the calls that wait. Nothing can be loaded or instantiated from then on; what is
   * closed already stays so. @throws what dropping a host resource throws, when all instances have ended
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    const ended = await Promise.allSettled([...this.#live].map((handle) => handle.terminate()));
    this.#registered.clear();
    this.#states?.memories.close();
    for (const each of ended) if (each.status === "rejected") throw each.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @throws ClosedError */
  #requireOpen(): void {
    if (this.#isClosed) throw new ClosedError();
  }

  /** @throws ClosedError if the runtime was closed while the instance was made, which has ended then */
  #keep(handle: InstanceHandle): void {
    if (!this.#isClosed) {
      this.#live.add(handle);
      return;
    }
    // That the runtime is closed is what its caller has to know: a host resource that cannot be dropped comes second.
    handle.terminate().catch(() => undefined);
    throw new ClosedError();
  }

  #forget(handle: InstanceHandle): void {
    this.#live.delete(handle);
    // Others keep their names, as `registerInstance` says.
    if (handle.state !== "terminated") return;
    for (const [id, registered] of this.#registered) if (registered === handle) this.#registered.delete(id);
  }
}

/** A relative path would lead to another store after each change of directory. @throws TypeError (`invalid-argument`) */
function requireStore(store: unknown): string | false {
  const process = Reflect.get(globalThis, "process") as { readonly platform?: string } | undefined;
  const platform = process?.platform === "win32" ? "win32" : "linux";
  if (store === false || (typeof store === "string" && isAbsolutePath(store, platform))) return store;
  throw argumentError(`the store of Runtime must be an absolute path, or false, found ${nameOf(store)}`);
}
