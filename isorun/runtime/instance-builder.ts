/** Links what a component imports, and makes an instance of it. */
import { trapOf } from "../call/trap-of.ts";
import { LinkError } from "../errors/errors.ts";
import type { InstanceStates } from "../instantiate/instance-states.ts";
import { instantiateComponent } from "../instantiate/instantiate.ts";
import { Component } from "./component.ts";
import { InstanceHandle } from "./instance-handle.ts";
import { type LocalLink, linkImports } from "./link.ts";
import { Linker } from "./linker.ts";
import type { SystemComponent } from "./system-component.ts";

export interface BuilderHooks {
  readonly states: InstanceStates;
  readonly onMade: (handle: InstanceHandle) => void;
  readonly onEnd: (handle: InstanceHandle) => void;
}

export class InstanceBuilder {
  readonly #component: Component;
  readonly #hooks: BuilderHooks;
  readonly #linker = new Linker();
  readonly #locals = new Map<string, LocalLink>();
  #unknownImportsTrap = false;

  constructor(component: Component, hooks: BuilderHooks) {
    this.#component = component;
    this.#hooks = hooks;
  }

  linkHost(define: (linker: Linker) => void): this {
    define(this.#linker);
    return this;
  }

  /** What the system component gives; what is linked later goes before it where both have something. */
  linkSystem(system: SystemComponent): this {
    system.install(this.#linker);
    return this;
  }

  /** An export of another instance serves the import of the same name. @throws LinkError if it has no such export */
  linkLocal(interfaceName: string, handle: InstanceHandle): this {
    const found = InstanceHandle.itemOf(handle, interfaceName);
    if (found === undefined) {
      const message = `cannot link '${interfaceName}': the instance linked for it does not export it`;
      throw new LinkError([{ import: interfaceName, message }]);
    }
    this.#locals.set(interfaceName, found);
    return this;
  }

  /** Imports that nothing was given for trap when they are called, instead of being an error here. */
  unknownImportsTrap(): this {
    this.#unknownImportsTrap = true;
    return this;
  }

  /** @throws LinkError with all that is missing or does not fit, TrapError or ExitError (a start function of a core module) */
  async instantiate(): Promise<InstanceHandle> {
    const { valid, modules } = Component.partsOf(this.#component);
    const compile = (bytes: Uint8Array): WebAssembly.Module =>
      modules.get(bytes) ?? new WebAssembly.Module(new Uint8Array(bytes));
    const imports = linkImports(valid.type, {
      linker: this.#linker,
      locals: this.#locals,
      unknownImportsTrap: this.#unknownImportsTrap,
      compile,
    });
    const root = instantiated(this.#hooks.states, () =>
      instantiateComponent(valid, { imports, compile, states: this.#hooks.states }),
    );
    const handle: InstanceHandle = new InstanceHandle(root, {
      types: valid.type.exports,
      onEnd: () => this.#hooks.onEnd(handle),
    });
    this.#hooks.onMade(handle);
    return handle;
  }
}

/** What ends a start function is a trap, with the reason that the host or an adapter left. */
function instantiated<T>(states: InstanceStates, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw trapOf(states, error);
  }
}
