/** wasi:cli/environment and wasi:cli/exit: what a program is started with, and its end. */
import { argumentError } from "../../core/argument-error.ts";
import { allows } from "../../core/policy/allows.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { ExitError } from "../errors/errors.ts";
import type { Linker } from "../runtime/linker.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { installInterface } from "./interface-types.ts";

export interface EnvironmentOptions {
  /** With the name of the program first. */
  readonly args?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
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
  readonly #options: EnvironmentOptions;
  #policy: Policy | undefined;

  /** @throws TypeError for what no program can be started with: a NUL, or an unpaired surrogate */
  constructor(options: EnvironmentOptions = {}) {
    const { args = [], variables = {}, initialCwd = "" } = options;
    for (const [index, text] of args.entries()) checkText(`argument ${index}`, text);
    for (const [name, value] of Object.entries(variables)) {
      checkText(`the name of the variable ${JSON.stringify(name)}`, name);
      checkText(`the variable '${name}'`, value);
    }
    checkText("the directory", initialCwd);
    this.#options = options;
  }

  configure(policy: Policy): void {
    this.#policy = policy;
  }

  install(linker: Linker): void {
    const { args = [], variables = {}, initialCwd } = this.#options;
    const policy = this.#policy;
    const visible = Object.entries(variables).filter(
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

/** Libraries of guests pass these on as C strings: behind a NUL there would be nothing, or something else. */
function checkText(name: string, text: string): void {
  if (text.includes("\0")) throw argumentError(`${name} has a NUL in it`);
  if (!text.isWellFormed()) throw argumentError(`${name} has an unpaired surrogate in it`);
}
