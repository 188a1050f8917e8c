/** The schema of a policy in JSON. Loaded by `schema` commands and tests only; code uses policy-json.ts. */
import * as v from "valibot";
import { ambientKinds, grantKinds } from "./policy.ts";

const grants = v.object(Object.fromEntries(grantKinds.map((kind) => [kind, v.array(v.string())])));
const ambient = v.object(Object.fromEntries(ambientKinds.map((kind) => [kind, v.boolean()])));

export const policySchema = v.object({
  capabilities: v.object({ ...grants.entries, ...ambient.entries }),
  budget: v.record(v.string(), v.pipe(v.number(), v.minValue(0))),
});
