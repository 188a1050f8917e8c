import * as v from "valibot";
import { count, defineEvent, milliseconds } from "./define.ts";

/** A wheel was unpacked into the store. */
export const installUnpack = defineEvent("install.unpack", {
  name: v.string(),
  version: v.string(),
  files: count,
  bytes: count,
  duration_ms: milliseconds,
});
