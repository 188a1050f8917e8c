/** What an engine must enforce, to compare with what it can: silence never means "allowed". */
import { type BudgetField, budgetFieldNames, budgetNameOf } from "../budget/budget.ts";
import { type Problem, problemsOf } from "../diagnostic.ts";
import type { policyDiagnostics } from "./diagnostics.ts";
import { type CapabilityKind, capabilityKinds, type Policy } from "./policy.ts";

const problem = problemsOf<typeof policyDiagnostics>();

/** What an engine can grant in part and deny otherwise, and which limits it can keep. */
export interface Enforceable {
  readonly engine: string;
  readonly capabilities: readonly CapabilityKind[];
  readonly budget: readonly BudgetField[];
}

/**
 * The parts of the policy that the engine cannot enforce, by the names of their flags: what it grants or, of time, random
 * and log, denies, and what it limits.
 */
export function unenforceableParts(policy: Policy, engine: Enforceable): readonly string[] {
  const { capabilities, budget } = policy;
  const isUsed = (kind: CapabilityKind): boolean => {
    const value = capabilities[kind];
    return typeof value === "boolean" ? !value : value.length > 0;
  };
  const rights = capabilityKinds
    .filter((kind) => isUsed(kind) && !engine.capabilities.includes(kind))
    .map((kind) => (typeof capabilities[kind] === "boolean" ? `--deny-${kind}` : `--allow-${kind}`));
  const limits = budgetFieldNames
    .filter((field) => budget[field] !== undefined && !engine.budget.includes(field))
    .map((field) => {
      const name = budgetNameOf(field);
      return name === undefined ? field : `--${name}`;
    });
  return [...rights, ...limits];
}

/** E_POLICY_UNENFORCEABLE (78); undefined where the engine enforces all of it. */
export function enforcementProblem(policy: Policy, engine: Enforceable): Problem | undefined {
  const parts = unenforceableParts(policy, engine);
  return parts.length === 0 ? undefined : problem("E_POLICY_UNENFORCEABLE", { engine: engine.engine, parts });
}
