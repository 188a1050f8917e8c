/** Links what a component imports, and makes instances of it: each has a linker, and what is defined there, of its own. */
import { type Budget, intersectBudgets } from "../../core/budget/budget.ts";
import { requireBudget } from "../../core/budget/require-budget.ts";
import type { CapabilityKind, Policy } from "../../core/policy/policy.ts";
import { requirePolicy } from "../../core/policy/require-policy.ts";
import type { Interrupt } from "../call/root-limits.ts";
import { requireRoom } from "../call/stack-room.ts";
import type { Root } from "../call/task.ts";
import { type CoreModule, decodeCoreModule } from "../core-module/core-module.ts";
import { isErrorOf, LinkError, TrapError, UnsupportedError } from "../errors/errors.ts";
import type { ComponentInstance } from "../instantiate/component-instance.ts";
import { dropForeignResources } from "../instantiate/drop-foreign.ts";
import type { InstanceStates } from "../instantiate/instance-states.ts";
import { instantiateComponent } from "../instantiate/instantiate.ts";
import type { Item, ModuleItem } from "../instantiate/runtime-scope.ts";
import { answeringAtOnce, isThenable, requireAtOnce } from "./at-once.ts";
import { Component } from "./component.ts";
import { type PolicyOptions, requireKinds, unenforcedIn, unsupportedParts, withoutParts } from "./enforced.ts";
import { ComponentFrames } from "./frame-names.ts";
import { InstanceBudget } from "./instance-budget.ts";
import { InstanceHandle } from "./instance-handle.ts";
import type { InstanceInterface } from "./instance-interface.ts";
import { type GivenModule, linkImports } from "./link.ts";
import type { LocalLink } from "./link-resources.ts";
import { Linker } from "./linker.ts";
import { notExported } from "./local-link.ts";
import { requireOptions } from "./require-options.ts";
import { requireFlag, requireFunction, requireName, requireSystem } from "./required.ts";
import type { SystemComponent } from "./system-component.ts";

export interface BuilderHooks {
  readonly states: InstanceStates;
  /** A name for the next instance, as chains of calls show it. @throws ClosedError */
  readonly nameOf: () => string;
  /** @throws ClosedError */
  readonly requireOpen: () => void;
  /** @throws ClosedError, and it has ended then */
  readonly onMade: (handle: InstanceHandle) => void;
  readonly onEnd: (handle: InstanceHandle) => void;
}

/**
 * As many instances as one likes come from one builder.
 *
 * ```ts
 * const builder = runtime.instance(await runtime.load(twice)).budget({ fuel: 1_000n, maxMemoryBytes: 1 << 20 });
 * const missing = await builder.instantiate().catch((error: unknown) => error);
 * missing instanceof LinkError; // → true
 * const instance = await builder.linkHost((linker) => linker.func("fetch", (x: number) => x + 1)).instantiate();
 * await instance.call("run", [20]); // → 42
 * // Another instance may serve the import too, if it exports it under the same name.
 * const other = await runtime.instance(await runtime.load(fetching)).instantiate();
 * const linked = await runtime.instance(await runtime.load(twice)).linkLocal("fetch", other).instantiate();
 * await linked.call("run", [20]); // → 60
 * // Until it ends, the runtime holds it; `await using linked = …` would end it with the block that it is in.
 * await linked.terminate();
 * ```
 */
export class InstanceBuilder {
  readonly #component: Component;
  readonly #hooks: BuilderHooks;
  /** In order: what is linked later goes before what was linked earlier. */
  readonly #definitions: ((linker: Linker, policy: Policy | undefined) => unknown)[] = [];
  readonly #locals = new Map<string, LocalLink>();
  #budget: Budget = {};
  #policy: Policy | undefined;
  #isBestEffort = false;
  /** What of the policy is enforced, once that is known. */
  #kept: Policy | undefined;
  /** What system components say that they enforce. */
  readonly #enforced = new Set<CapabilityKind>();
  #unknownImportsTrap = false;
  #interrupt: Interrupt | undefined;

  constructor(component: Component, hooks: BuilderHooks) {
    this.#component = component;
    this.#hooks = hooks;
  }

  /**
   * How much each instance may use over its life. A later budget replaces the limits that it names, and leaves the others.
   * @throws TypeError (`invalid-argument`) for what is no budget
   */
  budget(budget: Budget): this {
    this.#budget = { ...this.#budget, ...requireBudget(budget) };
    return this;
  }

  /**
   * What the system components that are linked may give, as `definePolicy` makes it; its budget narrows that of `budget`.
   * A later policy takes the place of an earlier one, as a whole. One with parts that nothing can enforce (`connect`,
   * `listen`, `exec` and `ipc`, unless a system component says that it enforces them) is refused by `instantiate`.
   * @throws TypeError (`invalid-argument`) for what is no policy, and for an option that there is not
   */
  policy(policy: Policy, options: PolicyOptions = {}): this {
    const { bestEffort = false } = requireOptions(options, "'policy'", ["bestEffort"]);
    requireFlag(bestEffort, "'bestEffort'");
    this.#policy = requirePolicy(policy);
    this.#isBestEffort = bestEffort;
    this.#kept = undefined;
    return this;
  }

  /**
   * Called for each instance. What a later `linkHost` or `linkSystem` defines goes before it where both define something,
   * and a link to an instance (`linkLocal`) always.
   * @param define may be async: `instantiate` waits for it, and then calls the next one; what it is rejected with,
   *   `instantiate` is rejected with
   * @throws TypeError
   */
  linkHost(define: (linker: Linker) => unknown): this {
    requireFunction(define, "'linkHost'");
    this.#definitions.push((linker) => define(linker));
    return this;
  }

  /**
   * Configured with the policy, if there is one, and installed for each instance; `install` may be async, as what
   * `linkHost` is given. @throws TypeError
   */
  linkSystem(system: SystemComponent): this {
    requireSystem(system);
    for (const kind of requireKinds(system.enforces, system.name)) this.#enforced.add(kind);
    this.#kept = undefined;
    this.#definitions.push((linker, policy) => {
      if (policy !== undefined) {
        const answer: unknown = system.configure?.(policy, policy.budget);
        requireAtOnce(answer, `'configure' of '${system.name}'`, "for which nothing waits: 'install' may be async");
      }
      return system.install(linker);
    });
    return this;
  }

  /**
   * An export of another instance of the same runtime serves the import of the same name, or of a compatible version of
   * it. For that import it goes before what `linkHost` and `linkSystem` define, whatever the order. A resource is the same
   * through whichever instance it comes, be it one that exports it again. A name that the component does not import is a
   * LinkError of `instantiate`, and so is one whose import a link by its very name, or by a newer version, serves, and an
   * instance that has ended by then.
   * @throws LinkError if it has no such export, has ended, or is of another runtime; TypeError for what is no instance or no name
   */
  linkLocal(interfaceName: string, given: InstanceInterface): this {
    requireName(interfaceName);
    const handle = InstanceHandle.require(given);
    if (InstanceHandle.statesOf(handle) !== this.#hooks.states) throw foreignInstance(interfaceName);
    const found = InstanceHandle.itemOf(handle, interfaceName);
    if (found === undefined) {
      throw notExported(interfaceName, { state: handle.state, exports: InstanceHandle.allExportsOf(handle) });
    }
    this.#locals.set(interfaceName, found);
    return this;
  }

  /** Imports that nothing was given for trap when they are called, instead of being an error here. */
  unknownImportsTrap(): this {
    this.#unknownImportsTrap = true;
    return this;
  }

  /**
   * Somebody who is asked while the guest computes, when nothing else can happen on its thread: every few milliseconds, also
   * while long values are read or made, and every ten or twenty while a list of very many short ones passes between two
   * instances. What is returned is the cause of the TrapError (`cancelled`) that the call is rejected with, and ends the
   * instance, unless it was still reading its arguments.
   * Fuel is counted for it. While another instance computes for this one, linked or called by its host functions, it is
   * asked where that one's fuel is counted, and ends both: behind an `await`, and for an instance of another Runtime, only
   * where the host function passes its context on to `call`. It must not throw, and not call into the instance; it cannot
   * be async, since nothing can be waited for then: a promise ends the instance with a TypeError as the cause.
   * @throws TypeError for what is no function
   */
  interruptBy(interrupt: () => Error | undefined): this {
    requireFunction(interrupt, "'interruptBy'");
    this.#interrupt = answeringAtOnce(interrupt);
    return this;
  }

  /**
   * The runtime holds the instance until it has ended: by `terminate`, a trap, a spent budget or the runtime's `close`. It is
   * no matter of garbage collection, because what it owns of the host's has to be given back: who makes many ends each, as
   * `await using` does.
   * @throws LinkError with all that is missing or does not fit, UnsupportedError for what the budget cannot be kept with
   *   or what of the policy cannot be enforced, and for more than a million definitions in all instances inside,
   *   TrapError, BudgetExhausted or ExitError (a start function of a core module), TrapError where the engine cannot make
   *   a core instance, ClosedError also where the runtime is closed meanwhile; and what the functions of 'linkHost' throw
   */
  async instantiate(): Promise<InstanceHandle> {
    this.#hooks.requireOpen();
    const parts = Component.partsOf(this.#component);
    const { valid } = parts;
    const { states } = this.#hooks;
    const policy = this.#keptPolicy();
    const { room } = states;
    if (room !== undefined) await room;
    const limits = intersectBudgets(this.#budget, policy?.budget ?? {});
    const budget = new InstanceBudget(limits, { states, name: this.#hooks.nameOf(), interrupt: this.#interrupt });
    budget.root.frames = framesOf(this.#component);
    const compile = (module: CoreModule): ModuleItem => budget.moduleOf(Component.partsAround(module) ?? parts, module);
    const linker = new Linker(budget.writeOutput, (run) => budget.root.onceGone(run));
    let imports: ReadonlyMap<string, Item>;
    try {
      // What is defined while one of them is waited for is the next instance's; links to instances are looked at behind it.
      const definitions = this.#definitions.slice();
      for (const define of definitions) {
        const answer = define(linker, policy);
        // Most are over: waiting would cost each instance a turn.
        if (isThenable(answer)) await answer;
        this.#hooks.requireOpen();
      }
      imports = this.#imports(linker, { budget, compile });
    } catch (error) {
      // Whoever has held something for it learns that there is no instance.
      budget.root.terminate();
      throw error;
    }
    const made: ComponentInstance[] = [];
    const dropHostResources = dropping(made);
    const root = instantiated({ states, root: budget.root, onFailure: dropHostResources }, () =>
      instantiateComponent(valid, { imports, compile, states, made, within: budget.root }),
    );
    const handle = new InstanceHandle(root, {
      types: valid.type.exports,
      budget,
      states,
      canWait: imports.size > 0,
      onEnd: this.#hooks.onEnd,
      dropHostResources,
    });
    this.#hooks.onMade(handle);
    return handle;
  }

  /** @throws UnsupportedError */
  #keptPolicy(): Policy | undefined {
    if (this.#policy === undefined || this.#kept !== undefined) return this.#kept;
    const unenforced = unenforcedIn(this.#policy, this.#enforced);
    if (unenforced.length > 0 && !this.#isBestEffort) throw unsupportedParts(this.#policy, unenforced);
    this.#kept = withoutParts(this.#policy, unenforced);
    return this.#kept;
  }

  /** @throws LinkError, and what a module that is given is not decoded with */
  #imports(linker: Linker, { budget: { root }, compile }: Compiling): ReadonlyMap<string, Item> {
    return linkImports(Component.partsOf(this.#component).valid.type, {
      linker,
      locals: this.#locals,
      unknownImportsTrap: this.#unknownImportsTrap,
      moduleOf: (bytes) => givenModule(decodeCoreModule(bytes), compile),
      scheduler: this.#hooks.states.scheduler,
      isTimed: root.fuel !== undefined,
    });
  }
}

interface Compiling {
  readonly budget: InstanceBudget;
  readonly compile: (module: CoreModule) => ModuleItem;
}

function givenModule(module: CoreModule, compile: (module: CoreModule) => ModuleItem): GivenModule {
  const { imports, exports } = module;
  return { type: { kind: "core module", imports, exports }, compile: () => compile(module) };
}

// Of its own, so that it holds nothing else of an instance, which it outlives.
function framesOf(component: Component): ComponentFrames {
  return new ComponentFrames(Component.partsOf(component).valid, () => component.hash);
}

/** @returns what drops all; it throws what the last that failed throws */
const dropping = (made: readonly ComponentInstance[]) => (): void => {
  for (const { handles } of made) handles.forgetLent();
  dropForeignResources(made);
  let failure: { readonly error: unknown } | undefined;
  for (const { handles } of made) {
    try {
      handles.dropHostResources();
    } catch (error) {
      failure = { error };
    }
  }
  if (failure !== undefined) throw failure.error;
};

/** Who is in which instance, and whose turn it is, is known within one runtime only. */
function foreignInstance(name: string): LinkError {
  const message =
    `cannot link '${name}': the instance linked for it is of another Runtime; ` +
    "make both by one Runtime, or define the import with linkHost by functions that call the other instance";
  return new LinkError([{ kind: "refused", import: name, message }]);
}

interface Instantiation {
  readonly states: InstanceStates;
  readonly root: Root;
  readonly onFailure: () => void;
}

/** No code of the guest or of the host failed: the engine has refused a module, or has no memory for it. */
function failureOfEngine(error: unknown): TrapError | undefined {
  const isRefusal = error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError;
  // The other thing that engines say with it is that their stack is full.
  const isMemory = error instanceof RangeError && /memory/i.test(error.message);
  if (!isRefusal && !isMemory) return undefined;
  return new TrapError(`the engine could not make the instance: ${error.message}`, { cause: error });
}

/** What ends a start function is a trap, with the reason that the host or an adapter left. */
function instantiated<T>({ states: { scheduler }, root, onFailure }: Instantiation, run: () => T): T {
  requireRoom();
  scheduler.tasks.know(root);
  const task = scheduler.beginSync(root);
  // Start functions are its time, and nothing else of this.
  root.time?.forgive();
  try {
    root.mayEnter = false;
    const made = run();
    root.mayEnter = true;
    scheduler.finish(task);
    root.calls = 0;
    return made;
  } catch (error) {
    const trap = scheduler.unwind(task, failureOfEngine(error) ?? error);
    try {
      onFailure();
    } catch {
      // What ended the instance is what its caller has to know: a host resource that cannot be dropped comes second.
    }
    // Nothing of the guest's: what cannot be done with one of its modules.
    throw isErrorOf(UnsupportedError, error) ? error : trap;
  }
}
