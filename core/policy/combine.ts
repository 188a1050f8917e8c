/** Policies made of policies: narrowed by another one, or extended. */

import { assert } from "../assert.ts";
import { intersectBudgets } from "../budget/budget.ts";
import type { Platform } from "../paths.ts";
import { grantSet, minimalGrants } from "./grant.ts";
import { ambientKinds, type Capabilities, type GrantKind, grantKinds, type Policy } from "./policy.ts";

/**
 * What both allow. A workload's own policy narrows what its caller grants, and never more than that: whichever denies,
 * the result denies. `own` is remembered, so that a denial names no flag where none helps.
 */
export function intersectPolicies(granted: Policy, own: Policy): Policy {
  const { platform } = granted;
  assert(platform === own.platform, "policies that meet are of one platform");
  return {
    platform,
    capabilities: intersectCapabilities(granted.capabilities, own.capabilities, platform),
    budget: intersectBudgets(granted.budget, own.budget),
    narrowedBy: [...(granted.narrowedBy ?? []), own.capabilities, ...(own.narrowedBy ?? [])],
  };
}

/**
 * What either grants, for the parts of one policy that come from several places, such as a file and flags: so the flag
 * that a denial names does grant. What either denies (time, random, log) stays denied, and limits of `more` replace
 * those of `base`.
 */
export function extendPolicy(base: Policy, more: Policy): Policy {
  const { platform } = base;
  assert(platform === more.platform, "policies that meet are of one platform");
  assert(base.narrowedBy === undefined && more.narrowedBy === undefined, "what was narrowed is not extended again");
  const lists = mapGrants((kind) => [...base.capabilities[kind], ...more.capabilities[kind]]);
  return {
    platform,
    capabilities: canonicalCapabilities({ ...lists, ...bothAmbient(base.capabilities, more.capabilities) }, platform),
    budget: { ...base.budget, ...more.budget },
  };
}

function intersectCapabilities(a: Capabilities, b: Capabilities, platform: Platform): Capabilities {
  const lists = mapGrants((kind) => {
    const [x, y] = [effective(a, kind), effective(b, kind)];
    const [inX, inY] = [grantSet(kind, x, platform), grantSet(kind, y, platform)];
    return [...x.filter(inY.covers), ...y.filter(inX.covers)];
  });
  return canonicalCapabilities({ ...lists, ...bothAmbient(a, b) }, platform);
}

/** The grants that count for a kind: who may write may read. */
export const effective = (capabilities: Capabilities, kind: GrantKind): readonly string[] =>
  kind === "read" ? [...capabilities.read, ...capabilities.write] : capabilities[kind];

/** Lists of canonical grants in the form that a {@link Policy} has them. */
export function canonicalCapabilities(capabilities: Capabilities, platform: Platform): Capabilities {
  const lists = mapGrants((kind) => minimalGrants(kind, capabilities[kind], platform));
  const writable = grantSet("write", lists.write, platform);
  return { ...capabilities, ...lists, read: lists.read.filter((path) => !writable.covers(path)) };
}

const bothAmbient = (a: Capabilities, b: Capabilities): Pick<Capabilities, "time" | "random" | "log"> =>
  // Sound: these are all its keys.
  Object.fromEntries(ambientKinds.map((kind) => [kind, a[kind] && b[kind]])) as Pick<
    Capabilities,
    "time" | "random" | "log"
  >;

export const mapGrants = <T>(make: (kind: GrantKind) => T): Record<GrantKind, T> =>
  // Sound: these are all its keys.
  Object.fromEntries(grantKinds.map((kind) => [kind, make(kind)])) as Record<GrantKind, T>;
