import * as v from "valibot";
import { defineEvent } from "./define.ts";

/** The program wrote something. Text is UTF-8; other bytes come as base64. */
export const runOutput = defineEvent("run.output", {
  stream: v.picklist(["stdout", "stderr"]),
  encoding: v.picklist(["utf-8", "base64"]),
  data: v.string(),
});
