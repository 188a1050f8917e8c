/** The parts of a policy that say something: what is granted, of time, random and log what is denied, and the limits. */
import { budgetFieldNames, budgetNameOf } from "../budget/budget.ts";
import { ambientKinds, type CapabilityKind, capabilityKinds, type Policy, type PolicyPart } from "./policy.ts";

export function usedParts({ capabilities, budget }: Policy): readonly PolicyPart[] {
  const rights = capabilityKinds.filter((kind) => {
    const value = capabilities[kind];
    return typeof value === "boolean" ? !value : value.length > 0;
  });
  return [...rights, ...budgetFieldNames.filter((field) => budget[field] !== undefined)];
}

export const isCapability = (part: PolicyPart): part is CapabilityKind => capabilityKinds.some((kind) => kind === part);

/** As the flag gives it; fields of a budget that no flag gives have their own name. */
export function flagNameOf(part: PolicyPart): string {
  if (isCapability(part)) return `--${ambientKinds.some((kind) => kind === part) ? "deny" : "allow"}-${part}`;
  const name = budgetNameOf(part);
  return name === undefined ? part : `--${name}`;
}
