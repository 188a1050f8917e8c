/** Budgets that a program wrote, not a person: whatever JavaScript may hold can stand in them. */
import { type Budget, budgetFieldNames } from "./budget.ts";

/**
 * The budget, with its known fields only where they are set.
 * @throws TypeError for a field that nobody knows, which would limit nothing, and for a limit that is none: NaN compares
 *   to nothing, and so would be no limit
 */
export function requireBudget(budget: Budget): Budget {
  for (const [name, limit] of Object.entries(budget)) {
    const field = budgetFieldNames.find((known) => known === name);
    if (field === undefined) throw new TypeError(`a budget has no field '${name}'`);
    if (limit !== undefined && !isLimit(limit, field === "fuel")) {
      const expected = field === "fuel" ? "a bigint" : "a number";
      throw new TypeError(`the budget's '${name}' must be ${expected} that is not negative, not ${String(limit)}`);
    }
  }
  return Object.fromEntries(Object.entries(budget).filter(([, limit]) => limit !== undefined));
}

/** Infinity is a limit of nothing that a caller may well compute. */
const isLimit = (limit: unknown, isFuel: boolean): boolean =>
  isFuel ? typeof limit === "bigint" && limit >= 0n : typeof limit === "number" && limit >= 0;
