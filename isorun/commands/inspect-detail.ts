import { capabilityKinds } from "@vivarium/core/policy/policy";
import * as v from "valibot";
import { planDetail } from "./plan-detail.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const milliseconds = v.pipe(v.number(), v.minValue(0));

const item = { name: v.string(), kind: v.string() };

const imported = v.object({
  ...item,
  /** The system component that serves it. */
  provider: v.exactOptional(v.string()),
  /** What a policy has to grant before it does anything; none for what is harmless or denied to all. */
  capabilities: v.array(v.picklist(capabilityKinds)),
  /** Why `run` would refuse to link it, as E_COMPONENT_LINK says it; none if it fits. */
  problems: v.array(v.string()),
});

/** `detail` of `inspect`. */
export const inspectDetail = v.object({
  path: v.string(),
  hash: v.string(),
  bytes: count,
  wit: v.string(),
  imports: v.array(imported),
  exports: v.array(v.object({ ...item, functions: v.array(v.string()) })),
  /** The component itself and what is in it, however deep, in the order of the file. */
  parts: v.array(
    v.object({
      kind: v.picklist(["component", "core module"]),
      depth: count,
      name: v.exactOptional(v.string()),
      bytes: count,
      custom_sections: v.array(v.object({ name: v.string(), bytes: count })),
      producers: v.array(v.object({ field: v.string(), name: v.string(), version: v.string() })),
    }),
  ),
  cost: v.object({
    core_modules: count,
    core_bytes: count,
    decode_ms: milliseconds,
    validate_ms: milliseconds,
    compile_ms: milliseconds,
    /** Nothing was decoded and validated: the store knew the component. */
    from_store: v.boolean(),
  }),
  /** With `--plan`. */
  plan: v.exactOptional(planDetail),
});
