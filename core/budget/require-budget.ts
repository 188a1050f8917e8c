/** Budgets that a program wrote, not a person: whatever JavaScript may hold can stand in them. */
import { argumentError } from "../argument-error.ts";
import { oddityOf } from "../known-fields.ts";
import { type Budget, type BudgetField, budgetFieldNames, budgetNames } from "./budget.ts";

/**
 * The budget, with its known fields only where they are set. Each is read once, by its name, so that getters and what is
 * inherited limit as well.
 * @throws TypeError (`invalid-argument`) for a field that nobody knows, which would limit nothing, for what has no fields of
 *   a budget (an array, a Map, a promise), and for a limit that is none: NaN compares to nothing, and so would be no limit
 */
export function requireBudget(budget: Budget): Budget {
  requireFields(budget);
  const limits = budgetFieldNames.flatMap((field) => {
    const limit: unknown = budget[field];
    if (limit === undefined) return [];
    const expected = expectedIn(field);
    if (isLimit(limit, expected)) return [[field, limit] as const];
    throw argumentError(`the budget's '${field}' must be ${expected} that is not negative, not ${shown(limit)}`);
  });
  return Object.fromEntries(limits);
}

function requireFields(budget: Budget): void {
  if (typeof budget !== "object" || budget === null)
    throw argumentError(`a budget must be an object, not ${shown(budget)}`);
  const oddity = oddityOf(budget, budgetFieldNames);
  if (oddity === undefined) return;
  if (oddity.kind === "unknown") {
    throw argumentError(`a budget has no field '${oddity.name}'${otherName(oddity.name)}`);
  }
  const kind = Array.isArray(budget) ? "an array" : "an object of another kind";
  throw argumentError(`a budget must be an object with fields such as 'maxMemoryBytes', not ${kind}`);
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
