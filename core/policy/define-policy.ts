/** Policies that a program writes, for users of libraries. */
import { argumentError } from "../argument-error.ts";
import type { Budget } from "../budget/budget.ts";
import { requireBudget } from "../budget/require-budget.ts";
import { isFault } from "../fault.ts";
import { nearest } from "../nearest.ts";
import type { Platform } from "../paths.ts";
import { workingDirectory } from "../working-directory.ts";
import { canonicalCapabilities, mapGrants } from "./combine.ts";
import { parseGrant } from "./grant.ts";
import type { PathBase } from "./path.ts";
import {
  type AmbientKind,
  ambientKinds,
  type Capabilities,
  capabilityKinds,
  type GrantKind,
  grantNothing,
  type Policy,
} from "./policy.ts";

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
  requireKeys(definition, { whose: "the definition of a policy", part: "part", known: ["capabilities", "budget"] });
  const { capabilities = {}, budget = {} } = definition;
  requireKeys(capabilities, { whose: "the capabilities of a policy", part: "capability", known: capabilityKinds });
  const [time = true, random = true, log = true] = ambientKinds.map((kind) => requireFlag(kind, capabilities[kind]));
  const lists = mapGrants((kind) =>
    requireTexts(kind, capabilities[kind]).map((text) => requireGrant(kind, text, base)),
  );
  return {
    ...grantNothing(base.platform),
    capabilities: canonicalCapabilities({ ...lists, time, random, log }, base.platform),
    budget: requireBudget(budget),
  };
}

/** Where there is no process, as in a browser, nothing is relative to any place that is there. */
function ownBase(): PathBase {
  const process = Reflect.get(globalThis, "process") as { readonly platform?: string } | undefined;
  const platforms: readonly Platform[] = ["darwin", "win32"];
  const platform = platforms.find((each) => each === process?.platform) ?? "linux";
  return { base: workingDirectory(), platform };
}

interface Keys {
  readonly whose: string;
  readonly part: string;
  readonly known: readonly string[];
}

/** A misspelt one would grant, deny or limit nothing. */
function requireKeys(given: object, { whose, part, known }: Keys): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw argumentError(`${whose} must be an object`);
  }
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const [meant] = nearest(unknown, known, { limit: 1 });
  const hint = meant === undefined ? "" : `: did you mean '${meant}'?`;
  throw argumentError(`a policy has no ${part} '${unknown}'${hint}`);
}

/** The text "false" would pass for true. */
function requireFlag(kind: AmbientKind, value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? true;
  throw argumentError(`'${kind}' must be true or false, not of type ${typeof value}`);
}

function requireTexts(kind: GrantKind, given: readonly string[] = []): readonly string[] {
  if (Array.isArray(given) && given.every((text) => typeof text === "string")) return given;
  throw argumentError(`'${kind}' must be an array of strings`);
}

function requireGrant(kind: GrantKind, text: string, base: PathBase): string {
  const grant = parseGrant(kind, text, base);
  if (isFault(grant)) throw argumentError(`cannot use '${text}' for '${kind}': it ${grant.reason}`);
  return grant;
}
