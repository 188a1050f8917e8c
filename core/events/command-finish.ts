import * as v from "valibot";
import { count, defineEvent, milliseconds } from "./define.ts";

/**
 * The command is over: the last line of `--format=jsonl`, with what an envelope says besides events and diagnostics.
 * A stream without it was cut off.
 */
export const commandFinish = defineEvent("command.finish", {
  command: v.string(),
  status: v.picklist(["ok", "failed", "error", "interrupted"]),
  exit_code: count,
  detail: v.unknown(),
  duration_ms: milliseconds,
});
