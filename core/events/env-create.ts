import * as v from "valibot";
import { count, defineEvent, milliseconds } from "./define.ts";

/** An environment is ready. `created` is false where it was there already. */
export const envCreate = defineEvent("env.create", {
  key: v.string(),
  path: v.string(),
  packages: count,
  created: v.boolean(),
  duration_ms: milliseconds,
});
