import * as v from "valibot";
import { count, defineEvent, milliseconds } from "./define.ts";

/** The program ended, by itself or by a signal. */
export const runExit = defineEvent("run.exit", {
  exit_code: count,
  signal: v.optional(v.string()),
  duration_ms: milliseconds,
});
