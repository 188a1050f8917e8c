/** What an engine must enforce, to compare with what it can: silence never means "allowed". */
import { type BudgetField, budgetFieldNames, budgetNameOf } from "../budget/budget.ts";
import { problemsOf } from "../diagnostic.ts";
import type { Report } from "../report.ts";
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
function unenforceableParts(policy: Policy, engine: Enforceable): readonly string[] {
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

/**
 * For the start of a run. Says so by an event where the engine cannot enforce all of the policy.
 * @throws E_POLICY_UNENFORCEABLE (78) then, unless the user is content with the rest (`--best-effort`)
 */
export function requireEnforcement(
  policy: Policy,
  engine: Enforceable,
  { report, bestEffort }: { readonly report: Report; readonly bestEffort: boolean },
): void {
  const parts = unenforceableParts(policy, engine);
  if (parts.length === 0) return;
  report.emit("policy.unenforced", { engine: engine.engine, parts: [...parts] });
  if (!bestEffort) throw problem("E_POLICY_UNENFORCEABLE", { engine: engine.engine, parts });
}
