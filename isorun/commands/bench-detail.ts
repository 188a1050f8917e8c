import * as v from "valibot";

const nanoseconds = v.pipe(v.number(), v.minValue(0));

const step = v.object({
  name: v.picklist(["load", "load-from-store", "instantiate", "call"]),
  rounds: v.pipe(v.number(), v.integer(), v.minValue(1)),
  median_ns: nanoseconds,
  best_ns: nanoseconds,
});

/** `detail` of `bench`. Of calls, the time of one. */
export const benchDetail = v.object({ path: v.string(), bytes: v.number(), steps: v.array(step) });
