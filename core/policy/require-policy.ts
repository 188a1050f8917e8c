/** Policies, and parts of them, that a program wrote or kept: each part is read once, by its name, and is of its kind. */
import { argumentError } from "../argument-error.ts";
import { requireBudget } from "../budget/require-budget.ts";
import { oddityOf } from "../known-fields.ts";
import { nearest } from "../nearest.ts";
import type { Platform } from "../paths.ts";
import {
  type AmbientKind,
  ambientKinds,
  type Capabilities,
  capabilityKinds,
  type GrantKind,
  grantKinds,
  type Policy,
} from "./policy.ts";

interface Parts {
  readonly whose: string;
  readonly part: string;
  readonly known: readonly string[];
}

/** A misspelt one would grant, deny or limit nothing. @throws TypeError (`invalid-argument`), as all here */
export function requireParts(given: object, { whose, part, known }: Parts): void {
  const oddity = typeof given !== "object" || given === null ? { kind: "other" as const } : oddityOf(given, known);
  if (oddity === undefined) return;
  if (oddity.kind === "other" || Array.isArray(given)) throw argumentError(`${whose} must be an object`);
  const [meant] = nearest(oddity.name, known, { limit: 1 });
  const hint = meant === undefined ? "" : `: did you mean '${meant}'?`;
  throw argumentError(`a policy has no ${part} '${oddity.name}'${hint}`);
}

/** Those that are given. */
export function requireCapabilities(given: Partial<Capabilities>): Partial<Capabilities> {
  requireParts(given, { whose: "the capabilities of a policy", part: "capability", known: capabilityKinds });
  const lists = grantKinds.map((kind) => [kind, requireTexts(kind, given[kind])] as const);
  const flags = ambientKinds.map((kind) => [kind, requireFlag(kind, given[kind])] as const);
  return Object.fromEntries([...lists, ...flags].filter(([, value]) => value !== undefined));
}

/** The text "false" would pass for true. */
function requireFlag(kind: AmbientKind, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw argumentError(`'${kind}' must be true or false, not of type ${typeof value}`);
}

function requireTexts(kind: GrantKind, given: readonly string[] | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const texts = Array.isArray(given) ? Array.from<unknown>(given) : [undefined];
  if (texts.every((text) => typeof text === "string")) return texts;
  throw argumentError(`'${kind}' must be an array of strings`);
}

const policyParts = ["platform", "capabilities", "budget", "narrowedBy", "written"] satisfies (keyof Policy)[];

/** A policy as `definePolicy` makes it: what becomes of the object later changes nothing. */
export function requirePolicy(policy: Policy): Policy {
  requireParts(policy, { whose: "a policy", part: "part", known: policyParts });
  const { platform, capabilities, budget, narrowedBy, written } = policy;
  if (capabilities === undefined || budget === undefined) throw incomplete("with capabilities and a budget");
  const limits = requireBudget(budget);
  requirePlatform(platform);
  const given = requireCapabilities(capabilities);
  const missing = capabilityKinds.find((kind) => given[kind] === undefined);
  if (missing !== undefined) throw incomplete(`with '${missing}' among its capabilities`);
  return {
    platform,
    // Sound: none is missing.
    capabilities: given as Capabilities,
    budget: limits,
    ...(narrowedBy === undefined ? {} : { narrowedBy }),
    ...(written === undefined ? {} : { written }),
  };
}

const platforms: readonly Platform[] = ["linux", "darwin", "win32"];

export function requirePlatform(given: Platform): void {
  if (platforms.includes(given)) return;
  throw argumentError(`the platform of a policy must be ${platforms.map((name) => `'${name}'`).join(", ")}`);
}

const incomplete = (what: string): TypeError =>
  argumentError(`a policy must be an object ${what}, as 'definePolicy' makes it`);
