/** Policies that a program writes, for users of libraries. */
import type { Budget } from "../budget/budget.ts";
import { requireBudget } from "../budget/require-budget.ts";
import { isFault } from "../fault.ts";
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

export interface PolicyDefinition {
  readonly capabilities?: Partial<Capabilities>;
  readonly budget?: Budget;
}

/**
 * Grants are written as in TOML. All that is not named is denied, except time, random and log.
 * @throws TypeError for what TOML would refuse
 */
export function definePolicy({ capabilities = {}, budget = {} }: PolicyDefinition, base: PathBase): Policy {
  const unknown = Object.keys(capabilities).find((key) => !capabilityKinds.some((kind) => kind === key));
  if (unknown !== undefined) throw new TypeError(`a policy has no capability '${unknown}'`);
  const [time = true, random = true, log = true] = ambientKinds.map((kind) => requireFlag(kind, capabilities[kind]));
  const lists = mapGrants((kind) => (capabilities[kind] ?? []).map((text) => requireGrant(kind, text, base)));
  return {
    ...grantNothing(base.platform),
    capabilities: canonicalCapabilities({ ...lists, time, random, log }, base.platform),
    budget: requireBudget(budget),
  };
}

/** The text "false" would pass for true. */
function requireFlag(kind: AmbientKind, value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? true;
  throw new TypeError(`'${kind}' must be true or false, not of type ${typeof value}`);
}

function requireGrant(kind: GrantKind, text: string, base: PathBase): string {
  const grant = parseGrant(kind, text, base);
  if (isFault(grant)) throw new TypeError(`cannot use '${text}' for '${kind}': it ${grant.reason}`);
  return grant;
}
