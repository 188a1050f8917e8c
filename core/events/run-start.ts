import * as v from "valibot";
import { defineEvent } from "./define.ts";

/** A program starts. `selected_by` is the rule that chose the environment. */
export const runStart = defineEvent("run.start", {
  command: v.array(v.string()),
  interpreter: v.string(),
  environment: v.optional(v.string()),
  selected_by: v.string(),
});
