import * as v from "valibot";

/** `detail` of `schema print`: the schemas by name. */
export const schemaDetail = v.object({ schemas: v.record(v.string(), v.record(v.string(), v.unknown())) });
