import { rule } from "../diagnostic.ts";
import { exitCode } from "../exit-code.ts";
import { type BudgetField, budgetFields, budgetNameOf } from "./budget.ts";

interface Exhausted {
  readonly field: BudgetField;
  readonly limit: number;
  readonly used: number;
}

/** Of times, tenths of a millisecond; upwards, so that what is over the limit does not look like it. */
const shortened = (used: number): number => Math.ceil(used * 10) / 10;

/** Fields that no flag names, and that have a value where nobody gave one (budget.ts). */
const followsFrom: { readonly [Field in BudgetField]?: string } = {
  maxHandles: "More `--memory` gives more: one for each 512 bytes, at least 1024 and at most a million.",
  maxMessageBytes:
    "More `--memory` gives more: the values of one call may take four times as much, and 512 MiB at most.",
};

export const budgetDiagnostics = {
  E_BUDGET_EXHAUSTED: rule<Exhausted>({
    exit: exitCode.budget,
    summary: "The workload used more of something than its budget gives, and was ended.",
    message: ({ field, limit, used }) => {
      const { noun, unit } = budgetFields[field];
      const next = used < limit ? ", and what came next did not fit" : "";
      const spent = used > limit ? shortened(used) : used;
      return `the budget of ${noun} is exhausted: the limit is ${limit}${unit}, and ${spent}${unit} were used${next}`;
    },
    hint: ({ field }) => {
      const name = budgetNameOf(field);
      return name === undefined ? followsFrom[field] : `Give it more with \`--${name}\`.`;
    },
    data: (p) => ({ ...p }),
  }),
};
