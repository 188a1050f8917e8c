import * as v from "valibot";
import { count, defineEvent } from "./define.ts";

/** Bytes of an archive arrived; at most ten a second for each archive. */
export const downloadProgress = defineEvent("download.progress", {
  name: v.string(),
  bytes_done: count,
  bytes_total: v.optional(count),
});
