/** What an engine must enforce, to compare with what it can: silence never means "allowed". */
import type { BudgetField } from "../budget/budget.ts";
import { problemsOf } from "../diagnostic.ts";
import type { Report } from "../report.ts";
import type { policyDiagnostics } from "./diagnostics.ts";
import type { CapabilityKind, Policy, WrittenPart } from "./policy.ts";
import { flagNameOf, isCapability, usedParts } from "./used-parts.ts";

const problem = problemsOf<typeof policyDiagnostics>();

/** What an engine can grant in part and deny otherwise, and which limits it can keep. */
export interface Enforceable {
  readonly engine: string;
  readonly capabilities: readonly CapabilityKind[];
  readonly budget: readonly BudgetField[];
}

/**
 * For the start of a run. Says so by an event where the engine cannot enforce all of the policy.
 * @throws E_POLICY_UNENFORCEABLE (78) then, unless the user is content with the rest (`--best-effort`), and is warned of it
 */
export function requireEnforcement(
  policy: Policy,
  { engine, capabilities, budget }: Enforceable,
  { report, bestEffort }: { readonly report: Report; readonly bestEffort: boolean },
): void {
  const lacking = usedParts(policy).filter((part) =>
    isCapability(part) ? !capabilities.includes(part) : !budget.includes(part),
  );
  if (lacking.length === 0) return;
  report.emit("policy.unenforced", { engine, parts: lacking.map(flagNameOf) });
  const written = lacking.flatMap(
    (part): readonly WrittenPart[] => policy.written?.get(part) ?? [{ name: flagNameOf(part) }],
  );
  const parts = written.map(({ name, span }) => ({ name, ...(span === undefined ? {} : { file: span.file }) }));
  const context = { spans: written.flatMap(({ span }) => span ?? []) };
  if (!bestEffort) throw problem("E_POLICY_UNENFORCEABLE", { engine, parts }, context);
  report.warn(problem("W_POLICY_UNENFORCED", { engine, parts }, context));
}
