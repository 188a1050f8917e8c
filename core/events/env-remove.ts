import * as v from "valibot";
import { defineEvent } from "./define.ts";

/** An environment was removed. */
export const envRemove = defineEvent("env.remove", {
  key: v.string(),
  path: v.string(),
});
