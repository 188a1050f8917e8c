/** wasi:cli/environment and wasi:cli/exit: what a program is started with, and its end. */
import { argumentError } from "../../core/argument-error.ts";
import { inheritedFieldOf } from "../../core/known-fields.ts";
import { allows } from "../../core/policy/allows.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { nameOf } from "../call/check-value.ts";
import { ExitError } from "../errors/errors.ts";
import type { Linker } from "../runtime/linker.ts";
import { otherThan, requireOptions } from "../runtime/require-options.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { installInterface } from "./interface-types.ts";

/** What `new WasiEnvironment` is told. */
export interface EnvironmentOptions {
  /** With the name of the program first. */
  readonly args?: readonly string[];
  /** Such as `process.env`: what is undefined is no variable. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly initialCwd?: string;
}

/**
 * ```ts
 * const given = new WasiEnvironment({ args: ["app", "-v"], variables: { LANG: "C" }, initialCwd: "/data" });
 * const instance = await runtime.instance(await runtime.load(environment)).linkSystem(given).instantiate();
 * await instance.call("arguments"); // → ["app", "-v"]
 * await instance.call("variables"); // → [["LANG", "C"]]
 * await instance.call("cwd"); // → "/data"
 * ```
 *
 * `wasi:cli/environment` and `exit`. A guest sees what stands in the options, nothing of the host's environment; of
 * the variables only those that the policy allows, if there is one.
 *
 * `exit` ends the instance: the call that is running throws ExitError with the status (0 for `ok`, 1 for `err`, or the
 * code), the guest cannot catch it, and the instance is `terminated`.
 */
export class WasiEnvironment implements SystemComponent {
  readonly name = "WasiEnvironment";
  readonly #args: readonly string[];
  readonly #variables: readonly (readonly [name: string, value: string])[];
  readonly #initialCwd: string | undefined;
  #policy: Policy | undefined;

  /**
   * What the options hold then is what guests are given.
   * @throws TypeError (`invalid-argument`) for what no program can be started with: a text with a NUL or an unpaired
   *   surrogate, a name without a letter or with a `=`; and for what is no text, and an option that there is not
   */
  constructor(options: EnvironmentOptions = {}) {
    const given = requireOptions(options, "WasiEnvironment", ["args", "variables", "initialCwd"]);
    const { args = [], variables = {}, initialCwd } = given;
    this.#args = copyOfArgs(args);
    this.#variables = copyOfVariables(variables);
    if (initialCwd !== undefined) checkText("the directory", initialCwd);
    this.#initialCwd = initialCwd;
  }

  configure(policy: Policy): void {
    this.#policy = policy;
  }

  install(linker: Linker): void {
    const [policy, args, initialCwd] = [this.#policy, this.#args, this.#initialCwd];
    const visible = this.#variables.filter(
      ([name]) => policy === undefined || allows(policy, { capability: "env", name }),
    );
    installInterface(linker, "cli/environment", (environment) => {
      environment
        .func("get-arguments", () => args)
        .func("get-environment", () => visible)
        .func("initial-cwd", () => initialCwd);
    });
    installInterface(linker, "cli/exit", (exit) => {
      exit
        .func("exit", (status: { readonly tag: "ok" | "err" }) => {
          throw new ExitError(status.tag === "ok" ? 0 : 1);
        })
        .func("exit-with-code", (status: number) => {
          throw new ExitError(status);
        });
    });
  }
}

function copyOfArgs(given: readonly string[]): readonly string[] {
  if (!Array.isArray(given)) throw argumentError(`'args' must be an array of strings, found ${nameOf(given)}`);
  const args = [...given];
  for (const [index, text] of args.entries()) checkText(`argument ${index}`, text);
  return args;
}

type Variables = NonNullable<EnvironmentOptions["variables"]>;

function copyOfVariables(given: Variables): readonly (readonly [string, string])[] {
  // A promise, a date or a Map has no properties, and would pass for no variables at all.
  if (Object.prototype.toString.call(given) !== "[object Object]") {
    throw argumentError(`'variables' must be an object of strings by their names, found ${otherThan(given)}`);
  }
  const inherited = inheritedFieldOf(given);
  if (inherited !== undefined) {
    throw argumentError(
      `'variables' must be an object with properties of its own, found one that inherits '${inherited}'`,
    );
  }
  const variables = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  for (const [name, value] of variables) {
    const whose = `the name of the variable ${JSON.stringify(name)}`;
    checkText(whose, name);
    if (name === "") throw argumentError("the name of a variable is empty");
    if (name.includes("=")) throw argumentError(`${whose} has a '=' in it`);
    checkText(`the variable '${name}'`, value);
  }
  return variables;
}

/** Libraries of guests pass these on as C strings: behind a NUL there would be nothing, or something else. */
function checkText(name: string, text: string): void {
  // Values may be secrets: what a text is of is never told.
  if (typeof text !== "string") throw argumentError(`${name} must be a string, not of type ${typeof text}`);
  if (text.includes("\0")) throw argumentError(`${name} has a NUL in it`);
  if (!text.isWellFormed()) throw argumentError(`${name} has an unpaired surrogate in it`);
}
