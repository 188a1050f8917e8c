/** What frames of a trap are called: by the name sections of a component and of its core modules. Read when it traps. */
import type { CoreFrame, FrameNames } from "../call/trap-frames.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import { type CoreNames, coreNamesOf } from "../core-module/function-names.ts";
import type { ValidComponent } from "../validate/valid-component.ts";

interface NamedModule {
  /** Of the component that it is defined in: the names from the outermost one on. */
  readonly component: string;
  readonly core: CoreModule;
  readonly names: CoreNames;
}

/** By the component: all of its instances share it. */
const known = new WeakMap<ValidComponent, readonly NamedModule[]>();

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
      func: printable(frame.func ?? only?.names.functions.get(index ?? -1) ?? exportOf(only, index) ?? unnamed(index)),
    };
  }

  #find(frame: CoreFrame) {
    const modules = this.#modules.filter(({ names }) => (names.module ?? "") === frame.module);
    const index = frame.index ?? onlyNameless(modules, frame);
    const candidates = modules.filter((module) => hasFunction(module, { func: frame.func, index }));
    return { modules, index, candidates };
  }

  get #modules(): readonly NamedModule[] {
    const modules = known.get(this.#valid) ?? [...modulesOf(this.#valid, this.#name)];
    known.set(this.#valid, modules);
    return modules;
  }
}

function hasFunction(
  { core, names }: NamedModule,
  { func, index }: { readonly func: string | undefined; readonly index: number | undefined },
): boolean {
  if (index !== undefined && index >= core.functions.length) return false;
  if (func === undefined) return true;
  if (index !== undefined) return names.functions.get(index) === func;
  const imported = importedCount(core);
  return [...names.functions].some(([place, name]) => name === func && place >= imported);
}

/** Some engines tell names or nothing: that of a module's one function without a name is known all the same. */
function onlyNameless([module, ...others]: readonly NamedModule[], { func }: CoreFrame): number | undefined {
  if (module === undefined || others.length > 0 || func !== undefined) return undefined;
  const { core, names } = module;
  const imported = importedCount(core);
  const nameless = core.functions.flatMap((_, index) =>
    index < imported || names.functions.has(index) ? [] : [index],
  );
  return nameless.length === 1 ? nameless[0] : undefined;
}

const importedCount = ({ imports }: CoreModule): number => imports.filter(({ type }) => type.kind === "func").length;

const unnamed = (index: number | undefined): string =>
  index === undefined ? "a function without a name" : `function ${index}`;

/** A function without a name may be exported under one. */
function exportOf(module: NamedModule | undefined, index: number | undefined): string | undefined {
  const func = index === undefined ? undefined : module?.core.functions[index];
  return [...(module?.core.exports ?? [])].find(([, type]) => type === func && func !== undefined)?.[0];
}

function* modulesOf(valid: ValidComponent, component: string): Generator<NamedModule> {
  let inner = 0;
  for (const definition of valid.definitions) {
    if (definition.kind === "core module") {
      yield { component, core: definition.module, names: coreNamesOf(definition.module) };
    } else if (definition.kind === "component") {
      inner += 1;
      yield* modulesOf(definition.component, `${component}/${definition.component.names.component ?? inner}`);
    }
  }
}

/** Names are the guest's, and may hold what moves a terminal's cursor. */
const printable = (name: string): string => name.replace(/\p{Cc}/gu, "\u{fffd}");
