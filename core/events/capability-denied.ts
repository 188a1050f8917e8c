import * as v from "valibot";
import { capabilityKinds } from "../policy/policy.ts";
import { defineEvent } from "./define.ts";

/** The workload asked for something that its policy does not allow. */
export const capabilityDenied = defineEvent("capability.denied", {
  capability: v.picklist(capabilityKinds),
  /** What was asked for: a path, an address, a name; absent for time, random and log. */
  requested: v.exactOptional(v.string()),
  /** `workload`: its own policy does not name it, and no flag can change that. */
  denied_by: v.picklist(["caller", "workload"]),
  /** The one flag that would grant it, where one can: this, or what an engine gives in place of it. */
  flag: v.exactOptional(v.string()),
  /** Why no policy would grant it, where none can. */
  reason: v.exactOptional(v.string()),
});
