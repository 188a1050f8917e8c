/** Loads components, makes instances of them, and knows those that were registered under a name. */
import { requireBudget } from "../../core/budget/require-budget.ts";
import { UnsupportedError } from "../errors/errors.ts";
import { InstanceStates } from "../instantiate/instance-states.ts";
import { type Component, type LoadOptions, loadComponent } from "./component.ts";
import { InstanceBuilder } from "./instance-builder.ts";
import type { InstanceHandle } from "./instance-handle.ts";

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
export class Runtime {
  readonly #registered = new Map<string, InstanceHandle>();
  readonly #live = new Set<InstanceHandle>();
  #states: InstanceStates | undefined;
  readonly #store: string | false;
  #made = 0;

  /** @param store an absolute path; without one, what was compiled is kept in memory only */
  constructor({ store = false }: { readonly store?: string | false } = {}) {
    this.#store = store;
  }

  /**
   * Reads, checks and compiles a component: bytes, which must not change as long as it is used, a path, or a URL.
   * @throws DecodeError (malformed), ValidationError (invalid), UnsupportedError (valid, not built yet), TypeError for what
   *   is no budget or no source, what the system says of a file or `fetch` of a URL, and an Error with the code
   *   `http-status` for a server that does not give it
   */
  async load(source: Uint8Array | string | URL, options: LoadOptions = {}): Promise<Component> {
    const loading = { ...options, budget: requireBudget(options.budget ?? {}) };
    const bytes = await bytesOf(source);
    if (this.#store === false) return loadComponent(bytes, loading);
    // The disk is a matter of platforms that have one: elsewhere this is never loaded.
    const { openModuleStore } = await import("../store/module-store.ts");
    return loadComponent(bytes, { ...loading, store: openModuleStore(this.#store) });
  }

  /** As often as you like. */
  instance(component: Component): InstanceBuilder {
    // A memory of its own, of which JavaScriptCore has few that are fast: whoever only loads needs none.
    this.#states ??= new InstanceStates();
    return new InstanceBuilder(component, {
      states: this.#states,
      nameOf: () => {
        this.#made += 1;
        return `instance-${this.#made}`;
      },
      onMade: (handle) => this.#live.add(handle),
      onEnd: (handle) => this.#forget(handle),
    });
  }

  /** @throws TypeError if another instance has the name */
  registerInstance(id: string, handle: InstanceHandle): void {
    const known = this.#registered.get(id);
    if (known !== undefined && known !== handle) throw new TypeError(`another instance is registered as '${id}'`);
    this.#registered.set(id, handle);
  }

  /** Whether there was one of this name. */
  unregisterInstance(id: string): boolean {
    return this.#registered.delete(id);
  }

  registered(id: string): InstanceHandle | undefined {
    return this.#registered.get(id);
  }

  /** Ends all instances. */
  async close(): Promise<void> {
    await Promise.all([...this.#live].map((handle) => handle.terminate()));
    this.#states?.memories.close();
  }

  #forget(handle: InstanceHandle): void {
    this.#live.delete(handle);
    // One that failed keeps its name, so that who looks for it finds out.
    if (handle.state !== "terminated") return;
    for (const [id, registered] of this.#registered) if (registered === handle) this.#registered.delete(id);
  }
}

async function bytesOf(source: Uint8Array | string | URL): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (typeof source === "string") return readFile(source);
  if (source instanceof URL) return source.protocol === "file:" ? readFile(source) : fetchBytes(source);
  throw new TypeError("a component is loaded from bytes (a Uint8Array), a path, or a URL");
}

/** The page that comes with a refusal is no component, and nobody is to be told that it is a broken one. */
async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  // A password in the URL is nobody's business.
  const place = `${url.origin}${url.pathname}`;
  throw Object.assign(new Error(`cannot load '${place}': the server answered ${response.status}`), {
    code: "http-status",
  });
}

async function readFile(source: string | URL): Promise<Uint8Array> {
  const process = Reflect.get(globalThis, "process") as { getBuiltinModule?(name: string): unknown } | undefined;
  const files = process?.getBuiltinModule?.("node:fs/promises") as {
    readFile(path: string | URL): Promise<Uint8Array>;
  };
  if (files === undefined) throw new UnsupportedError("reading files in this environment");
  return files.readFile(source);
}
