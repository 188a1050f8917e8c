import * as v from "valibot";
import { defineEvent } from "./define.ts";

/** An entry of the store was hashed again. */
export const cacheVerify = defineEvent("cache.verify", {
  entry: v.string(),
  intact: v.boolean(),
});
