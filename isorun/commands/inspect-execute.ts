/** Does the work of `isorun inspect`: nothing of the component runs. */
import type { Execute } from "@vivarium/cli/command";
import { printable } from "@vivarium/cli/printable";
import { exitCode } from "@vivarium/core/exit-code";
import type { CapabilityKind } from "@vivarium/core/policy/policy";
import type { LinkProblem } from "../errors/errors.ts";
import { formatPlan } from "../plan/plan-text.ts";
import { Component } from "../runtime/component.ts";
import { providerOf } from "../runtime/provider.ts";
import { type ExternType, externKindOf } from "../types/component-types.ts";
import { capabilitiesOf } from "./capability-of.ts";
import type { inspectOptions } from "./component-options.ts";
import { contentsOf } from "./contents-of.ts";
import { briefly, importProblems } from "./import-problems.ts";
import { linkLine } from "./link-text.ts";
import { openComponent } from "./open-component.ts";
import { describePlan } from "./plan-detail.ts";

/** `isorun inspect` */
export const execute: Execute<typeof inspectOptions> = async (context, { options, positionals }) => {
  const [file = ""] = positionals;
  const { component } = await openComponent(file, { context, command: "inspect", useStore: !options["no-cache"] });
  const inspected = inspect(component);
  const plan = options.plan ? component.plan() : undefined;
  const imports = inspected.imports.map(({ unfit, ...each }) => ({ ...each, problems: unfit.map(linkLine) }));
  context.detail({ path: file, ...inspected, imports, ...(plan === undefined ? {} : { plan: describePlan(plan) }) });
  context.out(textOf(file, inspected));
  if (plan !== undefined) context.out(printable(`\n${formatPlan(plan)}`));
  return exitCode.success;
};

type Inspected = ReturnType<typeof inspect>;

function inspect(component: Component) {
  const { cost } = component;
  const problems = importProblems(component);
  return {
    hash: component.hash,
    bytes: component.size,
    wit: component.toWit(),
    imports: [...component.imports].map(([name, type]) => describeImport({ name, type, problems: problems.get(name) })),
    exports: [...component.exports].map(([name, type]) => ({
      name,
      kind: externKindOf(type),
      functions: type.kind === "instance" ? functionsIn(type.exports) : [],
    })),
    parts: contentsOf(Component.partsOf(component).file).map(({ customSections, ...part }) => ({
      ...part,
      custom_sections: customSections,
    })),
    cost: {
      core_modules: cost.coreModules,
      core_bytes: cost.coreBytes,
      decode_ms: cost.decodeMs,
      validate_ms: cost.validateMs,
      compile_ms: cost.compileMs,
      from_store: cost.fromStore,
    },
  };
}

interface DescribedImport {
  readonly name: string;
  readonly kind: string;
  readonly capabilities: readonly CapabilityKind[];
  readonly provider?: string;
  readonly unfit: readonly LinkProblem[];
}

interface Import {
  readonly name: string;
  readonly type: ExternType;
  readonly problems: readonly LinkProblem[] | undefined;
}

function describeImport({ name, type, problems: unfit = [] }: Import): DescribedImport {
  const provider = providerOf(name);
  const described = { name, kind: externKindOf(type), capabilities: capabilitiesOf(name), unfit };
  return provider === undefined ? described : { ...described, provider };
}

const functionsIn = (exports: ReadonlyMap<string, ExternType>): string[] =>
  [...exports].flatMap(([name, type]) => (type.kind === "func" ? [name] : []));

const ms = (value: number): string => `${value.toFixed(2)} ms`;

function textOf(file: string, { hash, bytes, wit, imports, parts, cost }: Inspected): string {
  const compiled = cost.from_store
    ? "known to the store, compiled when it is instantiated (`--no-cache` measures)"
    : `decode ${ms(cost.decode_ms)}, validate ${ms(cost.validate_ms)}, compile ${ms(cost.compile_ms)}`;
  const lines = [
    `file     ${file}`,
    `hash     sha256:${hash}`,
    `size     ${bytes} bytes, of them ${cost.core_bytes} in ${cost.core_modules} core ${cost.core_modules === 1 ? "module" : "modules"}`,
    `cost     ${compiled}`,
    ...producerLines(parts),
    "",
    ...partLines(parts),
    "",
    ...importLines(imports),
    wit,
  ];
  return printable(lines.join("\n"));
}

/** Of the whole, and of what was put into it: each once. */
function producerLines(parts: Inspected["parts"]): string[] {
  const made = parts.flatMap(({ producers }) =>
    producers.map(({ name, version }) => oneLine(`${name} ${version}`.trim())),
  );
  return made.length === 0 ? [] : [`made by  ${[...new Set(made)].join(", ")}`];
}

function partLines(parts: Inspected["parts"]): string[] {
  const labels = parts.map(({ kind, depth, name }) => {
    const called = name === undefined ? kind : `${kind} '${oneLine(name)}'`;
    return `${"  ".repeat(depth + 1)}${called}`;
  });
  const width = widthOf(labels);
  return parts.map(({ bytes, custom_sections: sections }, index) => {
    const custom = sections.map((section) => `${oneLine(section.name)} ${section.bytes}`).join(", ");
    const line = `${(labels[index] ?? "").padEnd(width)} ${`${bytes}`.padStart(10)} bytes`;
    return custom === "" ? line : `${line}  custom: ${custom}`;
  });
}

const widthOf = (texts: readonly string[]): number => texts.reduce((most, { length }) => Math.max(most, length), 0);

/** Names may hold whatever UTF-8 has, and must not look like lines of ours. */
const oneLine = (name: string): string => name.replace(/\p{Cc}/gu, "\u{fffd}");

function importLines(imports: Inspected["imports"]): string[] {
  const typesOnly = imports.filter(({ kind }) => kind !== "type");
  if (typesOnly.length === 0) return ["imports nothing", ""];
  const width = widthOf(typesOnly.map(({ name }) => name));
  const lines = typesOnly.map(({ name, capabilities, provider, unfit }) => {
    const needs = capabilities.length === 0 ? "-" : capabilities.join(", ");
    const giver = provider === undefined ? "nobody here" : `${provider}${briefly(unfit)}`;
    return `  ${name.padEnd(width)}  ${needs.padEnd(15)}  ${giver}`;
  });
  return [`  ${"import".padEnd(width)}  ${"capability".padEnd(15)}  given by`, ...lines, ""];
}
