import * as v from "valibot";
import { defineEvent } from "./define.ts";

/** A package was decided; sent once a package, when the resolution is complete. */
export const resolvePackage = defineEvent("resolve.package", {
  name: v.string(),
  version: v.string(),
  extras: v.array(v.string()),
  source: v.string(),
});
