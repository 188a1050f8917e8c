/** A plan for people: a line for each step, and below core instances what each of their imports is given. */
import { formatFuncType } from "../types/wit.ts";
import type { CoreOrigin, Plan, PlannedExport, PlannedModule, PlanStep } from "./plan.ts";

/** Names may be long, and stand in the line of each export of an interface. */
const lineMax = 2000;
/** One more line is written than there is room for. */
export const planLettersMax = 8_000_000;

/**
 * Ends with a line break. Lines that are long end with an ellipsis.
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
  const lines = function* (): Iterable<string> {
    for (const [at, step] of steps.entries()) {
      const [head, ...below] = describe(step);
      yield `${place(at)}  ${head}`;
      for (const line of below) yield `${indent}    ${line}`;
    }
    for (const item of exports) if (item.kind !== "type") yield `export ${describeExport(item)}`;
    if (isCut) yield leftOut;
  };
  return `${joined(lines())}\n`;
}

const leftOut = "and more, which are left out";

function joined(lines: Iterable<string>): string {
  const texts: string[] = [];
  let left = planLettersMax;
  for (const line of lines) {
    if (left < 0) return [...texts, leftOut].join("\n");
    texts.push(line.length <= lineMax ? line : `${line.slice(0, lineMax)}…`);
    left -= Math.min(line.length, lineMax);
  }
  return texts.join("\n");
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
