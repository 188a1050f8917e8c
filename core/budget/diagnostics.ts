import { rule } from "../diagnostic.ts";
import { exitCode } from "../exit-code.ts";
import { type BudgetField, budgetFields, budgetNameOf } from "./budget.ts";

interface Exhausted {
  readonly field: BudgetField;
  readonly limit: number;
  readonly used: number;
}

export const budgetDiagnostics = {
  E_BUDGET_EXHAUSTED: rule<Exhausted>({
    exit: exitCode.budget,
    summary: "The workload used more of something than its budget gives, and was ended.",
    message: ({ field, limit, used }) => {
      const { noun, unit } = budgetFields[field];
      const next = used < limit ? ", and what came next did not fit" : "";
      return `the budget of ${noun} is exhausted: the limit is ${limit}${unit}, and ${used}${unit} were used${next}`;
    },
    hint: ({ field }) => {
      const name = budgetNameOf(field);
      return name === undefined ? undefined : `Give it more with \`--${name}\`.`;
    },
    data: (p) => ({ ...p }),
  }),
};
