/** A plan for programs: its types as WIT writes them, its names as JSON has them. */
import * as v from "valibot";
import type { CoreOrigin, Plan, PlannedModule, PlanStep } from "../plan/plan.ts";
import { formatFuncType } from "../types/wit.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The step that makes a core item, and the name that it is exported by; without one if the step makes one item only. */
const origin = v.object({ step: count, name: v.exactOptional(v.string()) });

const within = { within: count };

const plannedModule = v.variant("kind", [
  v.object({ kind: v.literal("own"), index: count, bytes: count, name: v.exactOptional(v.string()) }),
  v.object({ kind: v.literal("import"), path: v.string() }),
]);

const coreImport = v.object({
  module: v.string(),
  name: v.string(),
  kind: v.picklist(["func", "table", "memory", "global", "tag"]),
  from: origin,
});

const call = { ...within, type: v.string(), encoding: v.string() };

const step = v.variant("kind", [
  v.object({
    kind: v.literal("component-instance"),
    within: v.exactOptional(count),
    name: v.exactOptional(v.string()),
  }),
  v.object({ kind: v.literal("foreign-instance"), ...within, component: v.string() }),
  v.object({ kind: v.literal("core-instance"), ...within, module: plannedModule, imports: v.array(coreImport) }),
  v.object({ kind: v.literal("import-call"), ...call, path: v.string() }),
  v.object({ kind: v.literal("adapter"), ...call, callee: count, core: origin, callee_encoding: v.string() }),
  v.object({ kind: v.literal("built-in"), ...within, name: v.string() }),
  v.object({ kind: v.literal("resource"), ...within, destructor: v.exactOptional(origin) }),
]);

/** What instantiation will do, in order; steps are named by their place in `steps`. */
export const planDetail = v.object({
  steps: v.array(step),
  exports: v.array(
    v.object({
      path: v.string(),
      kind: v.picklist(["func", "core module", "component", "type"]),
      /** Absent for what passes through from imports. */
      lifted: v.exactOptional(v.object({ instance: count, core: origin })),
    }),
  ),
  /** More steps would follow than a plan tells. */
  is_cut: v.boolean(),
});

type PlanDetail = v.InferOutput<typeof planDetail>;

export function describePlan({ steps, exports, isCut }: Plan): PlanDetail {
  const described = exports.map(({ path, kind, lifted }) => {
    const found = lifted === undefined ? {} : { lifted: { instance: lifted.instance, core: originOf(lifted.core) } };
    return { path, kind, ...found };
  });
  return { steps: steps.map(describeStep), exports: described, is_cut: isCut };
}

const named = (name: string | undefined): { name?: string } => (name === undefined ? {} : { name });

const originOf = ({ step: at, name }: CoreOrigin) => ({ step: at, ...named(name) });

function describeStep(planned: PlanStep): PlanDetail["steps"][number] {
  switch (planned.kind) {
    case "component-instance": {
      const { kind, within: around, name } = planned;
      return { kind, ...(around === undefined ? {} : { within: around }), ...named(name) };
    }
    case "core-instance": {
      const imports = planned.imports.map((each) => ({ ...each, from: originOf(each.from) }));
      return { ...planned, module: moduleOf(planned.module), imports };
    }
    case "import-call":
      return { ...planned, type: formatFuncType(planned.type) };
    case "adapter": {
      const { calleeEncoding, core, type, ...rest } = planned;
      return { ...rest, type: formatFuncType(type), core: originOf(core), callee_encoding: calleeEncoding };
    }
    case "resource": {
      const { destructor, ...rest } = planned;
      return destructor === undefined ? rest : { ...rest, destructor: originOf(destructor) };
    }
    default:
      return planned;
  }
}

function moduleOf(module: PlannedModule) {
  if (module.kind === "import") return module;
  return { kind: module.kind, index: module.index, bytes: module.size, ...named(module.name) };
}
