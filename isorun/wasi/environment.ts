/** wasi:cli/environment and wasi:cli/exit: what a program is started with, and its end. */
import { allows } from "../../core/policy/allows.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { ExitError } from "../errors/errors.ts";
import type { Linker } from "../runtime/linker.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { wasiName } from "./wasi-name.ts";

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

  constructor(options: EnvironmentOptions = {}) {
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
    linker.instance(wasiName("cli/environment"), (environment) => {
      environment
        .func("get-arguments", () => args)
        .func("get-environment", () => visible)
        .func("initial-cwd", () => initialCwd);
    });
    linker.instance(wasiName("cli/exit"), (exit) => {
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
