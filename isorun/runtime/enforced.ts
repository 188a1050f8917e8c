/** What of a policy nothing here can keep: said when an instance is made, in the words of the command. */
import { argumentError } from "../../core/argument-error.ts";
import { budgetFieldNames } from "../../core/budget/budget.ts";
import { Problem, renderProblem } from "../../core/diagnostic.ts";
import { type Enforceable, requireEnforcement } from "../../core/policy/enforcement.ts";
import { type CapabilityKind, capabilityKinds, type Policy, type WrittenPart } from "../../core/policy/policy.ts";
import { isCapability, usedParts } from "../../core/policy/used-parts.ts";
import { silentReport } from "../../core/report.ts";
import { UnsupportedError } from "../errors/errors.ts";

/** What `policy` of a builder is told. */
export interface PolicyOptions {
  /**
   * Parts of the policy that cannot be enforced are left away: nothing of isorun grants them. Default: `false`, with which
   * `instantiate` is rejected.
   */
  readonly bestEffort?: boolean;
}

/** Of system components that are shipped. Where directories cannot be given, WasiDir says so when it is linked. */
const shipped: readonly CapabilityKind[] = ["read", "write", "env", "time", "random", "log"];

/**
 * As the command finds it out; undefined if all of it is kept.
 * @param enforced by other system components that are linked
 */
export function unenforcedIn(policy: Policy, enforced: ReadonlySet<CapabilityKind>): Problem | undefined {
  const engine: Enforceable = { engine: "wasm", capabilities: [...shipped, ...enforced], budget: budgetFieldNames };
  const named = { ...policy, written: policy.written ?? keysOf(policy) };
  try {
    requireEnforcement(named, engine, { report: silentReport, bestEffort: false });
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** In the words of the command, which are loaded only where they are needed. */
export async function unsupportedBy(problem: Problem): Promise<UnsupportedError> {
  const { policyDiagnostics } = await import("../../core/policy/diagnostics.ts");
  return new UnsupportedError("a part of the policy", renderProblem(problem, policyDiagnostics).message);
}

/** Programs give no flags. */
const keysOf = (policy: Policy): NonNullable<Policy["written"]> =>
  new Map(
    usedParts(policy).map((part): [typeof part, readonly WrittenPart[]] => [
      part,
      [{ name: `${isCapability(part) ? "capabilities" : "budget"}.${part}` }],
    ]),
  );

/** What a system component says that it enforces. @throws TypeError (`invalid-argument`) */
export function requireKinds(given: readonly CapabilityKind[] | undefined, name: string): readonly CapabilityKind[] {
  if (given === undefined) return [];
  const kinds = Array.isArray(given) ? Array.from<CapabilityKind>(given) : undefined;
  if (kinds?.every((kind) => capabilityKinds.includes(kind)) === true) return kinds;
  throw argumentError(`'enforces' of '${name}' must be an array of capabilities: ${capabilityKinds.join(", ")}`);
}
