import * as v from "valibot";
import { defineEvent } from "./define.ts";

/** The workload named a path in a way that leads nowhere for it, and no right was withheld: no flag would change that. */
export const pathRefused = defineEvent("path.refused", {
  capability: v.picklist(["read", "write"]),
  /** As the workload named it. */
  requested: v.string(),
  /** `absent`: nothing is there, granted or not. `elsewhere`: what is there was given to it by another name. */
  reason: v.picklist(["absent", "elsewhere"]),
});
