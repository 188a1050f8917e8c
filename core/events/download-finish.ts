import * as v from "valibot";
import { count, defineEvent, milliseconds } from "./define.ts";

/** An archive is whole, its hash checked. */
export const downloadFinish = defineEvent("download.finish", {
  name: v.string(),
  url: v.string(),
  bytes: count,
  duration_ms: milliseconds,
});
