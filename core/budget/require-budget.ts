/** Budgets that a program wrote, not a person: whatever JavaScript may hold can stand in them. */
import { argumentError } from "../argument-error.ts";
import { type Budget, type BudgetField, budgetFieldNames, budgetNames } from "./budget.ts";

/**
 * The budget, with its known fields only where they are set. Each is read once.
 * @throws TypeError (`invalid-argument`) for a field that nobody knows, which would limit nothing, and for a limit that is
 *   none: NaN compares to nothing, and so would be no limit
 */
export function requireBudget(budget: Budget): Budget {
  if (typeof budget !== "object" || budget === null)
    throw argumentError(`a budget must be an object, not ${shown(budget)}`);
  const limits = Object.entries(budget).filter(([, limit]) => limit !== undefined);
  for (const [name, limit] of limits) {
    const field = budgetFieldNames.find((known) => known === name);
    if (field === undefined) throw argumentError(`a budget has no field '${name}'${otherName(name)}`);
    const expected = expectedIn(field);
    if (!isLimit(limit, expected)) {
      throw argumentError(`the budget's '${name}' must be ${expected} that is not negative, not ${shown(limit)}`);
    }
  }
  return Object.fromEntries(limits);
}

/** Flags and TOML have names of their own. */
function otherName(name: string): string {
  const named = Object.entries(budgetNames).find(([flag]) => flag === name);
  return named === undefined ? "" : `: in a program it is '${named[1].field}'`;
}

type Expected = "a bigint" | "a number" | "a whole number";

/** Times may be fractions of a millisecond; all else is counted. */
function expectedIn(field: BudgetField): Expected {
  if (field === "fuel") return "a bigint";
  return field === "cpuMs" || field === "wallMs" ? "a number" : "a whole number";
}

/** Infinity is a limit of nothing that a caller may well compute. */
function isLimit(limit: unknown, expected: Expected): boolean {
  if (expected === "a bigint") return typeof limit === "bigint" && limit >= 0n;
  if (typeof limit !== "number" || !(limit >= 0)) return false;
  return expected === "a number" || limit === Infinity || Number.isInteger(limit);
}

const shown = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? "an object"
    : typeof value === "function"
      ? "a function"
      : String(value);
