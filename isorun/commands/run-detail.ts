import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What of it was counted, which is what the budget limits: the rest is 0. */
const usage = v.object({ memory_bytes: count, table_elements: count, fuel: count });

/** `detail` of `run`. `result` is WAVE, with --invoke. */
export const runDetail = v.object({
  component: v.object({ path: v.string(), hash: v.string(), bytes: count }),
  entry: v.string(),
  result: v.exactOptional(v.string()),
  usage: v.exactOptional(usage),
});
