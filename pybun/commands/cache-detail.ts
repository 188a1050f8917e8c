import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** `detail` of `cache dir`. */
export const cacheDirDetail = v.object({ path: v.string() });

/** `detail` of `cache verify`; `damaged` are entries that were moved away. */
export const cacheVerifyDetail = v.object({
  checked: count,
  damaged: v.array(v.object({ entry: v.string(), reason: v.string() })),
  /** Environments of the store that get their view again when they are asked for next. */
  waiting: v.array(v.object({ path: v.string(), reason: v.string() })),
  /** Environments at places of their own that lack something; making them again mends them. */
  broken: v.array(v.object({ path: v.string(), reason: v.string(), command: v.string() })),
});

/** `detail` of `cache clean`; `kept` are entries that running programs use, `foreign` paths that the store did not make. */
export const cacheCleanDetail = v.object({ entries: count, bytes: count, kept: count, foreign: v.array(v.string()) });
