/**
 * Runs the commands of one test script. A refusal counts only if it is one of ours and says what the script looks for;
 * a valid component counts only if the engine takes its core modules too. Goes through the public interface.
 */
import {
  ComponentError,
  DecodeError,
  TrapError,
  UnsupportedError,
  ValidationError,
} from "../../isorun/errors/errors.ts";
import type { Component } from "../../isorun/runtime/component.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { FuncType } from "../../isorun/types/component-types.ts";
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

export async function runScript({ commands, read }: Script): Promise<readonly Outcome[]> {
  const run = new ScriptRun(read);
  const outcomes: Outcome[] = [];
  for (const command of commands) {
    const isText = "module_type" in command && command.module_type === "text";
    const failure = isText ? undefined : await run.failureOf(command);
    outcomes.push({ kind: isText ? "text" : kinds[command.type], line: command.line, failure });
  }
  return outcomes;
}

class ScriptRun {
  readonly #read: Script["read"];
  readonly #runtime = new Runtime();
  readonly #definitions = new Map<string | undefined, Component>();
  readonly #instances = new Map<string | undefined, Made>();

  constructor(read: Script["read"]) {
    this.#read = read;
  }

  async failureOf(command: Command): Promise<string | undefined> {
    try {
      return await this.#execute(command);
    } catch (error) {
      return described(error);
    }
  }

  async #execute(command: Command): Promise<string | undefined> {
    switch (command.type) {
      case "module":
      case "module_definition":
        return this.#define(command);
      case "module_instance":
        return this.#instantiate(this.#definitions.get(command.module), command.instance);
      case "action":
        await this.#invoke(command.action);
        return undefined;
      case "assert_return":
        return this.#checkReturn(command);
      case "assert_trap":
        return refusal(command.text, [TrapError], () => this.#invoke(command.action));
      case "assert_uninstantiable": {
        const component = await this.#load(command.filename);
        return refusal(command.text, [TrapError], () => this.#runtime.instance(component).instantiate());
      }
      default:
        return refusal(command.text, [DecodeError, ValidationError, UnsupportedError], () =>
          this.#load(command.filename),
        );
    }
  }

  #load(filename: string): Promise<Component> {
    return this.#runtime.load(this.#read(filename));
  }

  async #define(command: Command & { readonly type: "module" | "module_definition" }): Promise<undefined> {
    const component = await this.#load(command.filename);
    this.#definitions.set(undefined, component).set(command.name, component);
    if (command.type === "module") await this.#instantiate(component, command.name);
  }

  async #instantiate(component: Component | undefined, name: string | undefined): Promise<undefined> {
    // What did not come to be must not answer in the place of what comes next.
    this.#instances.delete(undefined);
    if (component === undefined) throw new Error("the component that is to be instantiated was not accepted");
    const handle = await this.#runtime.instance(component).instantiate();
    const made = { handle, component };
    this.#instances.set(undefined, made).set(name, made);
  }

  #funcOf({ module, field }: Action): { readonly call: InstanceHandle["call"]; readonly type: FuncType } {
    const made = this.#instances.get(module);
    const type = made?.component.exports.get(field);
    if (made === undefined || type?.kind !== "func") throw new Error(`there is no instance with a function '${field}'`);
    return { call: (name, args) => made.handle.call(name, args), type };
  }

  /** A `result` as the whole result is returned or thrown: here it is a value again. */
  async #invoke(action: Action): Promise<unknown> {
    const { call, type } = this.#funcOf(action);
    const { params } = type;
    if (params.length !== action.args.length) throw new Error(`'${action.field}' takes ${params.length} arguments`);
    const values = params.map(({ type: param }, index) => valueOf(action.args[index] ?? { type: "" }, param));
    if (type.result?.kind !== "result") return call(action.field, values);
    try {
      return { tag: "ok", val: await call(action.field, values) };
    } catch (error) {
      if (error instanceof ComponentError) return { tag: "err", val: error.payload };
      throw error;
    }
  }

  async #checkReturn({ action, expected }: Command & { readonly type: "assert_return" }): Promise<string | undefined> {
    const { type } = this.#funcOf(action);
    const returned = await this.#invoke(action);
    const [wanted] = expected;
    const value = wanted === undefined || type.result === undefined ? undefined : valueOf(wanted, type.result);
    if (areSame(returned, value)) return undefined;
    return `expected ${shown(value)}, found ${shown(returned)}`;
  }
}

interface Made {
  readonly handle: InstanceHandle;
  readonly component: Component;
}

type ErrorClass = typeof DecodeError | typeof ValidationError | typeof UnsupportedError | typeof TrapError;

/** Why it does not count as one. */
async function refusal(
  words: string,
  classes: readonly ErrorClass[],
  act: () => Promise<unknown>,
): Promise<string | undefined> {
  let returned: unknown;
  try {
    returned = await act();
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
  const readable = (_: string, part: unknown): unknown => {
    if (part instanceof Map) return [...part];
    if (ArrayBuffer.isView(part)) return Array.from(part as Uint8Array);
    return typeof part === "bigint" ? `${part}n` : part;
  };
  return JSON.stringify(value, readable) ?? "nothing";
}
