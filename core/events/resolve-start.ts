import * as v from "valibot";
import { defineEvent } from "./define.ts";

/** A resolution begins. */
export const resolveStart = defineEvent("resolve.start", {
  requirements: v.array(v.string()),
  python: v.string(),
  platform: v.string(),
});
