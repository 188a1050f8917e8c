import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const file = v.object({
  filename: v.string(),
  url: v.string(),
  kind: v.picklist(["wheel", "sdist"]),
  size: v.optional(count),
});

/** `via`: names of the packages that required it; `user` stands for the requirements that were given. */
const pin = v.object({
  name: v.string(),
  version: v.string(),
  extras: v.array(v.string()),
  index: v.string(),
  url: v.optional(v.string()),
  via: v.array(v.string()),
  file,
  hashes: v.array(v.string()),
});

/** `detail` of `resolve`. */
export const resolveDetail = v.object({
  python: v.object({ version: v.string(), platform: v.string() }),
  packages: v.array(pin),
  requests: count,
});
