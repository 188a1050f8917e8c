/** Policies that a program writes, for users of libraries. */
import { argumentError } from "../argument-error.ts";
import type { Budget } from "../budget/budget.ts";
import { requireBudget } from "../budget/require-budget.ts";
import { isFault } from "../fault.ts";
import type { Platform } from "../paths.ts";
import { workingDirectory } from "../working-directory.ts";
import { canonicalCapabilities, mapGrants } from "./combine.ts";
import { parseGrant } from "./grant.ts";
import { isAbsolutePath, type PathBase } from "./path.ts";
import { type Capabilities, type GrantKind, grantNothing, type Policy } from "./policy.ts";
import { requireCapabilities, requireParts, requirePlatform } from "./require-policy.ts";

/** What `definePolicy` takes. */
export interface PolicyDefinition {
  /** Lists of texts as they stand in TOML; time, random and log are true unless they are false. */
  readonly capabilities?: Partial<Capabilities>;
  /** By the names of the library, with numbers: `maxMemoryBytes`, where TOML has `memory = "1MiB"`. */
  readonly budget?: Budget;
}

/**
 * A policy of what it names: all else is denied, except time, random and log.
 *
 * ```ts
 * const policy = definePolicy({
 *   capabilities: { read: [`${directory}/data`], env: ["LC_*"], random: false },
 *   budget: { maxMemoryBytes: 1 << 20, fuel: 1_000_000n },
 * });
 * const given = new WasiEnvironment({ variables: { LC_ALL: "C", TOKEN: "secret" } });
 * const builder = runtime.instance(await runtime.load(environment)).linkSystem(given).policy(policy);
 * await (await builder.instantiate()).call("variables"); // → [["LC_ALL", "C"]]
 * ```
 *
 * @param base what relative paths are relative to, and how paths are written: the process's own working directory and
 *   platform, unless it is told
 * @throws TypeError (`invalid-argument`) for what TOML would refuse
 */
export function definePolicy(definition: PolicyDefinition, base: PathBase = ownBase()): Policy {
  requireBase(base);
  requireParts(definition, { whose: "the definition of a policy", part: "part", known: ["capabilities", "budget"] });
  const { capabilities = {}, budget = {} } = definition;
  const { time = true, random = true, log = true, ...given } = requireCapabilities(capabilities);
  const lists = mapGrants((kind) => (given[kind] ?? []).map((text) => requireGrant(kind, text, base)));
  return {
    ...grantNothing(base.platform),
    capabilities: canonicalCapabilities({ ...lists, time, random, log }, base.platform),
    budget: requireBudget(budget),
  };
}

/** Paths would begin with what is no path. */
function requireBase(given: PathBase): void {
  requireParts(given, { whose: "the base of a policy", part: "part of its base", known: ["base", "platform"] });
  const { base, platform } = given;
  requirePlatform(platform);
  if (typeof base === "string" && isAbsolutePath(base, platform)) return;
  throw argumentError("the base of a policy must be an absolute path");
}

/** Where there is no process, as in a browser, nothing is relative to any place that is there. */
function ownBase(): PathBase {
  const process = Reflect.get(globalThis, "process") as { readonly platform?: string } | undefined;
  const platforms: readonly Platform[] = ["darwin", "win32"];
  const platform = platforms.find((each) => each === process?.platform) ?? "linux";
  return { base: workingDirectory(), platform };
}

function requireGrant(kind: GrantKind, text: string, base: PathBase): string {
  const grant = parseGrant(kind, text, base);
  if (isFault(grant)) throw argumentError(`cannot use '${text}' for '${kind}': it ${grant.reason}`);
  return grant;
}
