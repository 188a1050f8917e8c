import * as v from "valibot";
import { budgetFieldNames } from "../budget/budget.ts";
import { defineEvent } from "./define.ts";

const amount = v.pipe(v.number(), v.minValue(0));

/** A budget ran out, and the workload was ended. Amounts are in the field's unit: bytes, milliseconds, fuel, things. */
export const budgetExhausted = defineEvent("budget.exhausted", {
  field: v.picklist(budgetFieldNames),
  limit: amount,
  used: amount,
  /** The flag that sets this limit, where there is one. */
  flag: v.exactOptional(v.string()),
});
