import * as v from "valibot";
import { defineEvent } from "./define.ts";

/** The engine cannot enforce these parts of the policy. It goes on with `--best-effort` only. */
export const policyUnenforced = defineEvent("policy.unenforced", {
  engine: v.string(),
  /** By the names of their flags, or of a field of the budget that no flag sets. */
  parts: v.array(v.string()),
});
