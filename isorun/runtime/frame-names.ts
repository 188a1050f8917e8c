/** What frames of a trap are called: by the name sections of a component and of its core modules. Read when it traps. */
import type { CoreFrame, FrameNames } from "../call/trap-frames.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import { type CoreNames, coreNamesOf } from "../core-module/function-names.ts";
import type { ValidComponent } from "../validate/valid-component.ts";

/**
 * A core module, and what frames ask of it. Each is found out once: a guest chooses how many functions it has, and how deep
 * its stack is.
 */
class NamedModule {
  /** Of the component that it is defined in: the names from the outermost one on. */
  readonly component: string;
  readonly names: CoreNames;
  readonly #core: CoreModule;
  readonly #importedCount: number;
  #own: ReadonlySet<string> | undefined;
  #exported: ReadonlyMap<unknown, string> | undefined;
  /** Of its own functions: no more than tell whether there is only one. */
  #nameless: readonly number[] | undefined;

  constructor(component: string, core: CoreModule) {
    this.component = component;
    this.names = coreNamesOf(core);
    this.#core = core;
    this.#importedCount = core.imports.filter(({ type }) => type.kind === "func").length;
  }

  /** With both: whether that function has that name. */
  has(func: string | undefined, index: number | undefined): boolean {
    if (index !== undefined && index >= this.#core.functions.length) return false;
    if (func === undefined) return true;
    if (index !== undefined) return this.names.functions.get(index) === func;
    this.#own ??= new Set(this.#namesOfOwn());
    return this.#own.has(func);
  }

  *#namesOfOwn(): Generator<string> {
    for (const [index, name] of this.names.functions) if (index >= this.#importedCount) yield name;
  }

  /** Of the one function without a name, if there is only one. */
  get onlyNameless(): number | undefined {
    this.#nameless ??= this.#firstNameless();
    return this.#nameless.length === 1 ? this.#nameless[0] : undefined;
  }

  #firstNameless(): readonly number[] {
    const found: number[] = [];
    for (let index = this.#importedCount; index < this.#core.functions.length && found.length < 2; index += 1) {
      if (!this.names.functions.has(index)) found.push(index);
    }
    return found;
  }

  /** A function without a name may be exported under one: the first counts. */
  exportOf(index: number | undefined): string | undefined {
    const func = index === undefined ? undefined : this.#core.functions[index];
    if (func === undefined) return undefined;
    this.#exported ??= new Map([...this.#core.exports].map(([name, type]) => [type, name] as const).toReversed());
    return this.#exported.get(func);
  }
}

/** By the component: all of its instances share it. By what the modules call themselves. */
const known = new WeakMap<ValidComponent, ReadonlyMap<string, readonly NamedModule[]>>();

export class ComponentFrames implements FrameNames {
  readonly #valid: ValidComponent;
  readonly #hashOf: () => string;
  /** @param hashOf of the binary, for a component that has no name */
  constructor(valid: ValidComponent, hashOf: () => string) {
    this.#valid = valid;
    this.#hashOf = hashOf;
  }

  get #name(): string {
    return this.#valid.names.component ?? `component-${this.#hashOf().slice(0, 8)}`;
  }

  has(frame: CoreFrame): boolean {
    return this.#find(frame).candidates.length > 0;
  }

  of(frame: CoreFrame): { readonly component: string; readonly func: string } | undefined {
    const { modules, index, candidates } = this.#find(frame);
    // Behind a module's own functions stand those that count.
    if (candidates.length === 0 && modules.length > 0 && frame.func === undefined) return undefined;
    const [first, ...others] = candidates;
    const only = others.length === 0 ? first : undefined;
    const isOneComponent = others.every(({ component }) => component === first?.component);
    return {
      component: printable(first !== undefined && isOneComponent ? first.component : this.#name),
      func: printable(frame.func ?? only?.names.functions.get(index ?? -1) ?? only?.exportOf(index) ?? unnamed(index)),
    };
  }

  #find({ module, func, index: told }: CoreFrame) {
    const modules = this.#modules.get(module) ?? [];
    // Some engines tell names or nothing: that of a module's one function without a name is known all the same.
    const [only] = modules.length === 1 && func === undefined ? modules : [];
    const index = told ?? only?.onlyNameless;
    return { modules, index, candidates: modules.filter((each) => each.has(func, index)) };
  }

  get #modules(): ReadonlyMap<string, readonly NamedModule[]> {
    const found = known.get(this.#valid) ?? Map.groupBy(modulesOf(this.#valid, this.#name), moduleName);
    known.set(this.#valid, found);
    return found;
  }
}

const moduleName = ({ names }: NamedModule): string => names.module ?? "";

const unnamed = (index: number | undefined): string =>
  index === undefined ? "a function without a name" : `function ${index}`;

function* modulesOf(valid: ValidComponent, component: string): Generator<NamedModule> {
  let inner = 0;
  for (const definition of valid.definitions) {
    if (definition.kind === "core module") {
      yield new NamedModule(component, definition.module);
    } else if (definition.kind === "component") {
      inner += 1;
      yield* modulesOf(definition.component, `${component}/${definition.component.names.component ?? inner}`);
    }
  }
}

/** Names are the guest's, and may hold what moves a terminal's cursor. */
const printable = (name: string): string => name.replace(/\p{Cc}/gu, "\u{fffd}");
