import * as v from "valibot";
import { count, defineEvent, milliseconds } from "./define.ts";

/** A component was read and is known to be valid. */
export const componentLoad = defineEvent("component.load", {
  path: v.string(),
  /** SHA-256, in hexadecimal. */
  hash: v.string(),
  bytes: count,
  /** `store`: what decoding and validation came to was kept from another time. */
  from: v.picklist(["file", "store"]),
  duration_ms: milliseconds,
});
