/**
 * Runs the commands of one test script. A refusal counts only if it is one of ours and says what the script looks for;
 * a valid component counts only if the engine takes its core modules too.
 */
import { decodeComponent } from "../../isorun/decode/component.ts";
import { DecodeError, TrapError, UnsupportedError, ValidationError } from "../../isorun/errors/errors.ts";
import { instantiateComponent } from "../../isorun/instantiate/instantiate.ts";
import type { FuncItem, InstanceItem } from "../../isorun/instantiate/runtime-scope.ts";
import { validateComponent } from "../../isorun/validate/component.ts";
import type { ValidComponent } from "../../isorun/validate/valid-component.ts";
import type { Action, Command, Script } from "./commands.ts";
import { areSame, valueOf } from "./script-values.ts";

/** What a command asks; `text` is about the text format, of which a runtime knows nothing. */
export type OutcomeKind = "valid" | "return" | "trap" | "invalid" | "malformed" | "text";

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly line: number;
  /** Undefined if it passed. */
  readonly failure: string | undefined;
}

const kinds: Readonly<Record<Command["type"], OutcomeKind>> = {
  module: "valid",
  module_definition: "valid",
  module_instance: "valid",
  action: "return",
  assert_return: "return",
  assert_trap: "trap",
  assert_uninstantiable: "trap",
  assert_invalid: "invalid",
  assert_malformed: "malformed",
};

export function runScript({ commands, read }: Script): readonly Outcome[] {
  const run = new ScriptRun(read);
  return commands.map((command) => {
    const isText = "module_type" in command && command.module_type === "text";
    const kind = isText ? "text" : kinds[command.type];
    return { kind, line: command.line, failure: isText ? undefined : run.failureOf(command) };
  });
}

class ScriptRun {
  readonly #read: Script["read"];
  readonly #definitions = new Map<string | undefined, ValidComponent>();
  readonly #instances = new Map<string | undefined, InstanceItem>();

  constructor(read: Script["read"]) {
    this.#read = read;
  }

  failureOf(command: Command): string | undefined {
    try {
      return this.#execute(command);
    } catch (error) {
      return described(error);
    }
  }

  #execute(command: Command): string | undefined {
    switch (command.type) {
      case "module":
      case "module_definition":
        return this.#define(command);
      case "module_instance":
        return this.#instantiate(this.#definitions.get(command.module), command.instance);
      case "action":
        this.#invoke(command.action);
        return undefined;
      case "assert_return":
        return this.#checkReturn(command);
      case "assert_trap":
        return refusal(command.text, [TrapError], () => this.#invoke(command.action));
      case "assert_uninstantiable":
        return refusal(command.text, [TrapError], () => instantiate(accept(this.#read(command.filename))));
      default:
        return refusal(command.text, [DecodeError, ValidationError, UnsupportedError], () =>
          accept(this.#read(command.filename)),
        );
    }
  }

  #define({ type, name, filename }: Command & { readonly type: "module" | "module_definition" }): undefined {
    const component = accept(this.#read(filename));
    this.#definitions.set(undefined, component).set(name, component);
    return type === "module" ? this.#instantiate(component, name) : undefined;
  }

  #instantiate(component: ValidComponent | undefined, name: string | undefined): undefined {
    // What did not come to be must not answer in the place of what comes next.
    this.#instances.delete(undefined);
    if (component === undefined) throw new Error("the component that is to be instantiated was not accepted");
    const made = instantiate(component);
    this.#instances.set(undefined, made).set(name, made);
  }

  #funcOf({ module, field }: Action): FuncItem {
    const found = this.#instances.get(module)?.exports.get(field);
    if (found?.kind !== "func") throw new Error(`there is no instance with a function '${field}'`);
    return found;
  }

  #invoke(action: Action): unknown {
    const { call, type } = this.#funcOf(action);
    const params = type?.params ?? [];
    if (params.length !== action.args.length) throw new Error(`'${action.field}' takes ${params.length} arguments`);
    const values = params.map(({ type: param }, index) => valueOf(action.args[index] ?? { type: "" }, param));
    return call(undefined, ...values);
  }

  #checkReturn({ action, expected }: Command & { readonly type: "assert_return" }): string | undefined {
    const { type } = this.#funcOf(action);
    const returned = this.#invoke(action);
    const [wanted] = expected;
    const value = wanted === undefined || type?.result === undefined ? undefined : valueOf(wanted, type.result);
    if (areSame(returned, value)) return undefined;
    return `expected ${shown(value)}, found ${shown(returned)}`;
  }
}

function accept(bytes: Uint8Array): ValidComponent {
  const component = validateComponent(decodeComponent(bytes), bytes);
  compileModules(component);
  return component;
}

/** Bodies of core functions are validated by the engine. */
function compileModules(component: ValidComponent): void {
  for (const definition of component.definitions) {
    if (definition.kind === "component") compileModules(definition.component);
    if (definition.kind !== "core module" || hasWideMemory(definition.module)) continue;
    compile(definition.module.bytes);
  }
}

type CoreModule = (ValidComponent["definitions"][number] & { readonly kind: "core module" })["module"];

/** JavaScriptCore has no memories with addresses of 64 bits. A memory section may be there without any export. */
function hasWideMemory({ sections, bytes, imports }: CoreModule): boolean {
  const offset = sections[0] === undefined ? 0 : sections[0].start - 8;
  const memories = sections.find(({ id }) => id === 5);
  const flags = memories === undefined ? 0 : (bytes[memories.contents - offset + 1] ?? 0);
  const isWide = imports.some(({ type }) => type.kind === "memory" && type.limits.is64);
  return isWide || (flags & 0x04) !== 0;
}

const compile = (bytes: Uint8Array): WebAssembly.Module => new WebAssembly.Module(bytes);

const instantiate = (component: ValidComponent): InstanceItem =>
  instantiateComponent(component, { imports: new Map(), compile });

type ErrorClass = typeof DecodeError | typeof ValidationError | typeof UnsupportedError | typeof TrapError;

/** Why it does not count as one. */
function refusal(words: string, classes: readonly ErrorClass[], act: () => unknown): string | undefined {
  let returned: unknown;
  try {
    returned = act();
  } catch (error) {
    const isOurs = classes.some((each) => error instanceof each);
    return isOurs && (error as Error).message.includes(words) ? undefined : `expected '${words}': ${described(error)}`;
  }
  const found = returned === undefined || typeof returned === "object" ? "" : `, found ${shown(returned)}`;
  return `expected '${words}'${found}: was not refused`;
}

const described = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

function shown(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part)) ?? "nothing";
}
