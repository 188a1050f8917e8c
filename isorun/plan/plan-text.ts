/** A plan for people: a line for each step, and below core instances what each of their imports is given. */
import { formatFuncType } from "../types/wit.ts";
import type { CoreOrigin, Plan, PlannedExport, PlannedModule, PlanStep } from "./plan.ts";

/**
 * Ends with a line break.
 *
 * ```ts
 * const component = await runtime.load(greet);
 * formatPlan(component.plan()).split("\n").at(-2); // → 'export sum: from 1 "sum", lifted in 0'
 * ```
 */
export function formatPlan({ steps, exports, isCut }: Plan): string {
  const width = String(steps.length).length;
  const place = (step: number) => String(step).padStart(width);
  const indent = " ".repeat(width);
  const lines = steps.flatMap((step, at) => {
    const [head, ...below] = describe(step);
    return [`${place(at)}  ${head}`, ...below.map((line) => `${indent}    ${line}`)];
  });
  const functions = exports.filter(({ kind }) => kind !== "type");
  const end = isCut ? ["and more, which are left out"] : functions.map((item) => `export ${describeExport(item)}`);
  return `${[...lines, ...end].join("\n")}\n`;
}

function describe(step: PlanStep): string[] {
  const within = step.within === undefined ? "" : ` in ${step.within}`;
  switch (step.kind) {
    case "component-instance":
      return [`component instance${quoted(step.name)}${within}`];
    case "foreign-instance":
      return [`instance of the imported component ${step.component}${within}`];
    case "core-instance":
      return [
        `core instance of ${describeModule(step.module)}${within}`,
        ...step.imports.map(
          ({ module, name, kind, from }) =>
            `${JSON.stringify(module)}${quoted(name)}: ${kind} from ${describeOrigin(from)}`,
        ),
      ];
    case "import-call":
      return [`import ${step.path}: ${formatFuncType(step.type)}${within}, ${step.encoding}`];
    case "adapter":
      return [
        `adapter from ${step.within} to ${step.callee}, ${describeOrigin(step.core)}: ${formatFuncType(step.type)}, ${step.encoding} to ${step.calleeEncoding}`,
      ];
    case "built-in":
      return [`${step.name}${within}`];
    default:
      return [
        step.destructor === undefined
          ? `resource${within}`
          : `resource${within}, destructor ${describeOrigin(step.destructor)}`,
      ];
  }
}

/** Names of core items are any text, a line's end too. */
const quoted = (name: string | undefined): string => (name === undefined ? "" : ` ${JSON.stringify(name)}`);

function describeModule(module: PlannedModule): string {
  if (module.kind === "import") return `the imported module ${module.path}`;
  return `module ${module.index}${quoted(module.name)} of ${module.size} bytes`;
}

const describeOrigin = ({ step, name }: CoreOrigin): string => `${step}${quoted(name)}`;

function describeExport({ path, kind, lifted }: PlannedExport): string {
  if (lifted === undefined) return kind === "func" ? `${path}: passed on from an import` : `${path}: ${kind}`;
  return `${path}: from ${describeOrigin(lifted.core)}, lifted in ${lifted.instance}`;
}
