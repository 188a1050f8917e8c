import { diagnosticSchema } from "../schema.ts";
import { defineEvent } from "./define.ts";

/** A problem was found; the last event of its kind ends the command unless its level is lower than error. */
export const diagnostic = defineEvent("diagnostic", { diagnostic: diagnosticSchema });
