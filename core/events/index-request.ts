import * as v from "valibot";
import { count, defineEvent, milliseconds } from "./define.ts";

/** The index client answered a request, from the network or from its cache. */
export const indexRequest = defineEvent("index.request", {
  url: v.string(),
  status: count,
  cache: v.picklist(["hit", "revalidated", "miss"]),
  bytes: count,
  duration_ms: milliseconds,
});
