import * as v from "valibot";

const nanoseconds = v.pipe(v.number(), v.minValue(0));

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const step = v.object({
  name: v.picklist(["load", "load-from-store", "start", "instantiate", "call"]),
  rounds: count,
  /** Of a round. */
  calls: v.exactOptional(count),
  /** Of the very first, before anything was warm. */
  first_ns: nanoseconds,
  median_ns: nanoseconds,
  best_ns: nanoseconds,
});

/** `detail` of `bench`. Of calls, the time of one. */
export const benchDetail = v.object({
  path: v.string(),
  bytes: v.number(),
  counts_fuel: v.boolean(),
  steps: v.array(step),
});
