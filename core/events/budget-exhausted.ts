import * as v from "valibot";
import { budgetFieldNames } from "../budget/budget.ts";
import { defineEvent } from "./define.ts";

const amount = v.pipe(v.number(), v.minValue(0));

/**
 * A budget ran out, and the workload was ended. Amounts are in the field's unit: bytes, milliseconds, fuel, things. Of
 * `stack`, which the engine has and nobody counts, none are known.
 */
export const budgetExhausted = defineEvent("budget.exhausted", {
  field: v.picklist([...budgetFieldNames, "stack"]),
  limit: v.exactOptional(amount),
  used: v.exactOptional(amount),
  /** The flag that sets this limit, where there is one. */
  flag: v.exactOptional(v.string()),
});
