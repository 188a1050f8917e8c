import * as v from "valibot";
import { count, defineEvent } from "./define.ts";

/** The program wrote more than the budget's output bytes; the rest is dropped. */
export const runTruncate = defineEvent("run.truncate", {
  stream: v.picklist(["stdout", "stderr"]),
  bytes_max: count,
});
