/** A run in words and as data: what `--explain` prints, and the `detail` of the envelope. */
import type { ScriptMetadata } from "../script/metadata.ts";
import type { Ended } from "./captured-child.ts";
import { versionOf } from "./existing-environment.ts";
import { environmentReason, type InterpreterReason } from "./interpreter-reason.ts";
import type { RunPlan } from "./plan-run.ts";
import type { ReadyRun } from "./ready-run.ts";
import type { RunTarget } from "./run-target.ts";

export interface RunDescription {
  readonly plan: RunPlan;
  readonly target: RunTarget | undefined;
  readonly metadata: ScriptMetadata | undefined;
  readonly script: string | undefined;
  readonly ready?: ReadyRun;
  readonly ended?: Ended;
  /** The store's directory. */
  readonly cacheRoot: string;
}

/** Fits the schema in pybun/commands/run-detail.ts. */
export async function runDetailOf(run: RunDescription) {
  const { target, metadata, script, ended } = run;
  return {
    ...(target === undefined ? {} : { target: { kind: target.kind, name: targetName(target) } }),
    interpreter: interpreterOf(run),
    environment: await environmentOf(run),
    ...(metadata === undefined ? {} : { script: scriptOf(metadata, script ?? "<stdin>") }),
    ...(ended === undefined ? {} : { exit: { code: ended.exitCode, ...signalOf(ended) } }),
  };
}

const signalOf = ({ signal }: Ended) => (signal === undefined ? {} : { signal });

function targetName(target: RunTarget): string {
  if (target.kind === "file") return target.path;
  if (target.kind === "module") return target.module;
  if (target.kind === "command") return target.command;
  return target.kind === "stdin" ? "-" : target.code;
}

function interpreterOf({ plan, ready }: RunDescription) {
  if (plan.kind === "existing") {
    const version = versionOf(plan.environment.prefix);
    const known = version === undefined ? {} : { version };
    return { path: plan.environment.python, ...known, ...chosenBy(environmentReason) };
  }
  const { path, version } = plan.kind === "owned" ? plan.request.interpreter : plan.interpreter;
  return { path: ready?.python ?? path, version, ...chosenBy(plan.reason) };
}

const chosenBy = ({ rule, because, source }: InterpreterReason) => ({
  selected_by: rule,
  because,
  ...(source === undefined ? {} : { source }),
});

async function environmentOf({ plan, ready, cacheRoot }: RunDescription) {
  const { rule, because } = plan;
  const common = { selected_by: rule, because };
  if (plan.kind === "existing") return { ...common, path: plan.environment.prefix, exists: true };
  if (plan.kind === "interpreter") return { ...common, exists: true };
  const [{ findInstalled, keyOf }, { shadowedIn }] = await Promise.all([
    import("../install/install-request.ts"),
    import("./added-things.ts"),
  ]);
  const { openStore } = await import("@vivarium/core/store");
  const store = openStore(cacheRoot);
  const record = ready?.record ?? findInstalled(plan.request, store);
  if (record === undefined) return { ...common, key: keyOf(plan.request), exists: false };
  const shadowed = shadowedIn(record, { request: plan.request, store });
  const told = shadowed.length === 0 ? {} : { shadowed };
  return { ...common, path: record.path, key: record.key, exists: true, ...told };
}

function scriptOf({ line, dependencies, requiresPythonText, settings }: ScriptMetadata, path: string) {
  const requires = requiresPythonText === undefined ? {} : { requires_python: requiresPythonText };
  return { path, line, dependencies: [...dependencies], ...requires, settings: snakeCased(settings) };
}

const snakeCased = (settings: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), value]),
  );

/** What `--explain` prints. */
export async function explainRun(run: RunDescription): Promise<string> {
  const { plan, metadata } = run;
  const { interpreter, environment } = await runDetailOf(run);
  const version = interpreter.version === undefined ? "" : ` (Python ${interpreter.version})`;
  const place = "path" in environment ? environment.path : environment.exists ? "none" : "not made yet";
  const lines = [
    `interpreter   ${interpreter.path}${version}`,
    `chosen by     ${interpreter.selected_by}: ${interpreter.because}`,
    `environment   ${place}`,
    `selected by   ${plan.rule}: ${plan.because}`,
  ];
  for (const { name, declared, installed, path } of "shadowed" in environment ? (environment.shadowed ?? []) : []) {
    const by = path === undefined ? `${installed}, which was installed` : `'${path}', which was put`;
    lines.push(`shadowed      ${name} ${declared} by ${by} into the environment; \`--refresh\` undoes that`);
  }
  if (plan.kind === "owned") {
    const { requirementText } = await import("../versions/requirement-text.ts");
    const requirements = plan.request.requirements.map(requirementText);
    lines.push(`requirements  ${requirements.length === 0 ? "none" : requirements.join("\n              ")}`);
    if (plan.request.layer !== undefined) lines.push(`laid over     ${plan.request.layer.directories.join(", ")}`);
  }
  if (metadata?.requiresPythonText !== undefined) lines.push(`requires      Python ${metadata.requiresPythonText}`);
  return `${lines.join("\n")}\n`;
}
