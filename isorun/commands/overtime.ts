/** Limits of time where the host works for a program: the engine looks at them only when the program itself goes on. */
import type { Budget } from "@vivarium/core/budget/budget";
import { BudgetExhausted } from "../errors/errors.ts";
import type { Usage } from "../runtime/instance-budget.ts";

/** Why the program has to end, if it has used up its time. */
export function overtimeOf(
  { wallMs = Number.POSITIVE_INFINITY, cpuMs = Number.POSITIVE_INFINITY }: Budget,
  used: Pick<Usage, "wallMs" | "cpuMs">,
): BudgetExhausted | undefined {
  if (used.wallMs >= wallMs) return new BudgetExhausted({ field: "wallMs", limit: wallMs, used: used.wallMs });
  if (used.cpuMs >= cpuMs) return new BudgetExhausted({ field: "cpuMs", limit: cpuMs, used: used.cpuMs });
  return undefined;
}
