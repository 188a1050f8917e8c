/** What of a policy nothing here can keep: said when an instance is made. */
import { argumentError } from "../../core/argument-error.ts";
import { type CapabilityKind, capabilityKinds, type Policy } from "../../core/policy/policy.ts";
import { isCapability, usedParts } from "../../core/policy/used-parts.ts";
import { UnsupportedError } from "../errors/errors.ts";

/** What `policy` of a builder is told. */
export interface PolicyOptions {
  /**
   * Parts of the policy that cannot be enforced are left away: nothing of isorun grants them, and no system component is
   * shown them. Default: `false`, with which `instantiate` is rejected.
   */
  readonly bestEffort?: boolean;
}

/** Of system components that are shipped. Where directories cannot be given, WasiDir says so when it is linked. */
const shipped: ReadonlySet<CapabilityKind> = new Set(["read", "write", "env", "time", "random", "log"]);

/**
 * Capabilities that it names, and nothing keeps; every limit is kept.
 * @param enforced by other system components that are linked
 */
export const unenforcedIn = (policy: Policy, enforced: ReadonlySet<CapabilityKind>): readonly CapabilityKind[] =>
  usedParts(policy)
    .filter(isCapability)
    .filter((kind) => !shipped.has(kind) && !enforced.has(kind));

/** In the words of a program, which has no flags to leave away. */
export function unsupportedParts({ written }: Policy, kinds: readonly CapabilityKind[]): UnsupportedError {
  const parts = kinds.flatMap((kind) => written?.get(kind) ?? [{ name: `capabilities.${kind}` }]);
  const names = parts.map(({ name }) => `'${name}'`).join(", ");
  const them = parts.length === 1 ? "it" : "them";
  const wayOut =
    `link a system component that names ${them} in its 'enforces' (SystemComponent.enforces), ` +
    `or leave ${them} away by 'policy(policy, { bestEffort: true })'`;
  return new UnsupportedError("a part of the policy", `Isorun cannot enforce ${names} of the policy: ${wayOut}`);
}

/** The policy with nothing granted by these, which are lists of grants: all others are kept by what is shipped. */
export function withoutParts(policy: Policy, kinds: readonly CapabilityKind[]): Policy {
  if (kinds.length === 0) return policy;
  const none = Object.fromEntries(kinds.map((kind) => [kind, []]));
  return { ...policy, capabilities: { ...policy.capabilities, ...none } };
}

/** What a system component says that it enforces. @throws TypeError (`invalid-argument`) */
export function requireKinds(given: readonly CapabilityKind[] | undefined, name: string): readonly CapabilityKind[] {
  if (given === undefined) return [];
  const kinds = Array.isArray(given) ? Array.from<CapabilityKind>(given) : undefined;
  if (kinds?.every((kind) => capabilityKinds.includes(kind)) === true) return kinds;
  throw argumentError(`'enforces' of '${name}' must be an array of capabilities: ${capabilityKinds.join(", ")}`);
}
