import { count, defineEvent } from "./define.ts";

/** Entries of the store were removed. */
export const cacheClean = defineEvent("cache.clean", {
  entries: count,
  bytes: count,
});
