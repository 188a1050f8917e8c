import * as v from "valibot";
import { count, defineEvent, milliseconds } from "./define.ts";

/** A view or an environment was linked together from the store. */
export const installLink = defineEvent("install.link", {
  path: v.string(),
  packages: count,
  links: count,
  duration_ms: milliseconds,
});
