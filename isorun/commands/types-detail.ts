import * as v from "valibot";

/** `detail` of `types`. */
export const typesDetail = v.object({ path: v.string(), declarations: v.string() });
