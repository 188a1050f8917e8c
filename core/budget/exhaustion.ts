/** A budget that ran out, as a problem and as an event. */
import { type Problem, problemsOf } from "../diagnostic.ts";
import type { EventFields } from "../event.ts";
import { type BudgetField, budgetNameOf } from "./budget.ts";
import type { budgetDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof budgetDiagnostics>();

/** In the unit of the field: bytes, milliseconds, fuel, things. `used` is what would have been used, if it was refused. */
export interface Exhaustion {
  readonly field: BudgetField;
  readonly limit: number | bigint;
  readonly used: number | bigint;
}

/** E_BUDGET_EXHAUSTED (124) */
export const exhaustionProblem = ({ field, limit, used }: Exhaustion): Problem =>
  problem("E_BUDGET_EXHAUSTED", { field, limit: amountOf(limit), used: amountOf(used) });

/** Clocks have digits that nobody measured: times end with the microsecond. */
const amountOf = (amount: number | bigint): number =>
  typeof amount === "bigint" || Number.isInteger(amount) ? Number(amount) : Math.round(amount * 1000) / 1000;

/** The fields of `budget.exhausted`. */
export function exhaustionEvent({ field, limit, used }: Exhaustion): EventFields["budget.exhausted"] {
  const name = budgetNameOf(field);
  return {
    field,
    limit: amountOf(limit),
    used: amountOf(used),
    ...(name === undefined ? {} : { flag: `--${name}` }),
  };
}
