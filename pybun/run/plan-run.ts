/**
 * Chooses the interpreter and the environment of a run. Looks, never installs.
 *
 * Environment, first match: PYBUN_ENV (an error if a metadata block is not satisfied by it), the block, VIRTUAL_ENV or
 * CONDA_PREFIX, the nearest project's `.venv` from the current directory up, else the interpreter itself. `--python`
 * (or UV_PYTHON) rules out active and project environments of another version, with a warning. `--with` is solved
 * together with a block; without one it becomes an environment of its own, laid over the one that was chosen, if any.
 * What only some of these need is imported where it is needed: a run in a project starts twice as fast so.
 */
import type { CommandContext } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { pythonRequest } from "../index/run-variables.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { ScriptMetadata } from "../script/metadata.ts";
import type { ChosenInterpreter, RequiredPython } from "./choose-interpreter.ts";
import type { runDiagnostics } from "./diagnostics.ts";
import {
  activePrefix,
  activeVariables,
  type ExistingEnvironment,
  environmentAt,
  nearestProjectEnvironment,
  versionOf,
} from "./existing-environment.ts";
import type { PlannedRequest } from "./install-request-of.ts";
import { environmentReason, type InterpreterReason } from "./interpreter-reason.ts";
import type { PlanOptions } from "./plan-options.ts";
import { clearlyAllows, nearestProjectFile } from "./project-file.ts";

const problem = problemsOf<typeof runDiagnostics>();

export type SelectionRule =
  | "PYBUN_ENV"
  | "script"
  | "with"
  | "VIRTUAL_ENV"
  | "CONDA_PREFIX"
  | "project"
  | "interpreter";

/** What was decided. `because` is the sentence that `--explain` shows. */
export type RunPlan = { readonly rule: SelectionRule; readonly because: string } & (
  | { readonly kind: "existing"; readonly environment: ExistingEnvironment }
  | (PlannedRequest & {
      readonly kind: "owned";
      readonly reason: InterpreterReason;
      readonly over?: ExistingEnvironment;
    })
  | {
      readonly kind: "interpreter";
      readonly interpreter: Interpreter;
      readonly reason: InterpreterReason;
      /** PATH leads to it and to its scripts as it is, and nobody asked for another one. */
      readonly isOnPath: boolean;
    }
);

/**
 * @throws what finding interpreters throws, E_RUN_ENVIRONMENT_…, E_RUN_PROJECT_FILE, E_MOMENT_INVALID,
 * E_REQUIREMENT_INVALID
 */
export async function planRun(plan: PlanOptions): Promise<RunPlan> {
  const { context, options, metadata } = plan;
  const named = namedEnvironment(context);
  if (named !== undefined && metadata !== undefined) {
    const { checkSatisfied } = await import("./check-satisfied.ts");
    await checkSatisfied(named, plan);
  }
  if (named === undefined && metadata !== undefined) return scriptPlan(plan, metadata);
  const base =
    named === undefined ? await chosenBase(plan) : { ...existing("PYBUN_ENV", named), because: "PYBUN_ENV names it" };
  return options.with.length === 0 ? base : layeredPlan(plan, base);
}

type Base = Extract<RunPlan, { kind: "existing" | "interpreter" }>;

function namedEnvironment({ environment, platform }: CommandContext): ExistingEnvironment | undefined {
  const path = activePrefix(environment, "PYBUN_ENV");
  if (path === undefined) return undefined;
  const found = environmentAt(path, platform);
  if (found === undefined) throw problem("E_RUN_ENVIRONMENT_MISSING", { variable: "PYBUN_ENV", path });
  return found;
}

const existing = (rule: SelectionRule, environment: ExistingEnvironment) =>
  ({ kind: "existing", rule, environment }) as const;

async function scriptPlan(plan: PlanOptions, metadata: ScriptMetadata): Promise<RunPlan> {
  const { interpreter, reason } = await chosenInterpreter(plan, demandOf(metadata, plan.script));
  const planned = await requestOf(plan, interpreter);
  const extra = plan.options.with.length > 0 ? ", together with --with" : "";
  return {
    kind: "owned",
    rule: "script",
    reason,
    ...planned,
    because: `the script's metadata block asks for it${extra}`,
  };
}

async function chosenBase(plan: PlanOptions): Promise<Base> {
  const { context, options } = plan;
  const { environment, cwd, platform, report } = context;
  const asked = pythonRequest(options.python, environment).request;
  const wanted = asked === undefined ? undefined : await projectsInterpreter(plan);
  const passedOver: string[] = [];
  const fits = async (found: ExistingEnvironment): Promise<boolean> => {
    const misfit = wanted === undefined ? undefined : await misfitOf(found, { plan, wanted: wanted.interpreter });
    if (misfit !== undefined) passedOver.push(misfit);
    return misfit === undefined;
  };
  for (const variable of activeVariables) {
    const prefix = activePrefix(environment, variable);
    const found = prefix === undefined ? undefined : environmentAt(prefix, platform);
    if (prefix !== undefined && found === undefined) {
      report.warn(problem("W_RUN_ENVIRONMENT_BROKEN", { variable, path: prefix }));
      passedOver.push(`'${prefix}' has no Python interpreter`);
    }
    if (found !== undefined && (await fits(found))) {
      if (wanted === undefined) await warnIfNotAllowed(found, context);
      return { ...existing(variable, found), because: `${variable} names it` };
    }
  }
  const { found: project, broken } = nearestProjectEnvironment(cwd, platform);
  for (const path of broken) {
    report.warn(problem("W_RUN_PROJECT_BROKEN", { path }));
    passedOver.push(`'${path}' has no Python interpreter`);
  }
  if (project !== undefined && (await fits(project))) {
    if (wanted === undefined) await warnIfNotAllowed(project, context);
    return { ...existing("project", project), because: "it is the nearest .venv from the current directory up" };
  }
  return interpreterPlan(plan, { wanted, passedOver });
}

/** Tells of an environment that `--python` rules out; undefined for one of the same version. */
async function misfitOf(
  { prefix: path, python }: ExistingEnvironment,
  { plan, wanted: { version: wanted } }: { plan: PlanOptions; wanted: Interpreter },
): Promise<string | undefined> {
  const { version } = await ownInterpreter(plan, python);
  if (version === wanted) return undefined;
  plan.context.report.warn(problem("W_RUN_ENVIRONMENT_PYTHON", { path, version, wanted }));
  return `'${path}' is of Python ${version}, which was not asked for`;
}

async function interpreterPlan(
  plan: PlanOptions,
  { wanted, passedOver }: { wanted: ChosenInterpreter | undefined; passedOver: readonly string[] },
): Promise<Base> {
  const { environment } = plan.context;
  const { interpreter, reason } = wanted ?? (await projectsInterpreter(plan));
  const { isFirstOnPath } = await import("./first-on-path.ts");
  const reasons = passedOver.length === 0 ? ["no environment is active or near"] : passedOver;
  return {
    kind: "interpreter",
    rule: "interpreter",
    interpreter,
    reason,
    isOnPath: wanted === undefined && isFirstOnPath(interpreter, environment),
    because: reasons.join(", and "),
  };
}

/** An environment that the project around does not allow runs all the same: the user has made or activated it. */
async function warnIfNotAllowed({ prefix: path }: ExistingEnvironment, { cwd, report }: CommandContext): Promise<void> {
  const version = versionOf(path);
  const project = nearestProjectFile(cwd);
  if (version === undefined || project === undefined || clearlyAllows(project.text, version)) return;
  const { forbiddenBy } = await import("./project-python.ts");
  const requires = await forbiddenBy(project, version);
  const { file } = project;
  if (requires !== undefined) report.warn(problem("W_RUN_PROJECT_PYTHON", { path, version, file, requires }));
}

const demandOf = ({ requiresPython, requiresPythonText }: ScriptMetadata, file: string | undefined) =>
  requiresPython === undefined || requiresPythonText === undefined
    ? undefined
    : { ...(file === undefined ? {} : { file }), text: requiresPythonText, specifiers: requiresPython };

async function chosenInterpreter(plan: PlanOptions, required: RequiredPython | undefined): Promise<ChosenInterpreter> {
  const { chooseInterpreter } = await import("./choose-interpreter.ts");
  return chooseInterpreter(plan, required);
}

async function projectsInterpreter(plan: PlanOptions): Promise<ChosenInterpreter> {
  const { projectInterpreter } = await import("./project-interpreter.ts");
  return projectInterpreter(plan);
}

async function ownInterpreter(plan: PlanOptions, path: string): Promise<Interpreter> {
  const { interpreterAt } = await import("./choose-interpreter.ts");
  return interpreterAt(plan, path);
}

async function layeredPlan(plan: PlanOptions, base: Base): Promise<RunPlan> {
  const own = `--with asks for packages`;
  if (base.kind === "interpreter") {
    const planned = await requestOf(plan, base.interpreter);
    return { kind: "owned", rule: "with", reason: base.reason, ...planned, because: `${own}, and ${base.because}` };
  }
  const { environment: over } = base;
  const interpreter = await ownInterpreter(plan, over.python);
  const [{ request, settingFiles }, { layerBeneath }] = await Promise.all([
    requestOf(plan, interpreter),
    import("./layer-beneath.ts"),
  ]);
  const layer = layerBeneath(over.prefix, interpreter);
  const because = `${own}, laid over '${over.prefix}': ${base.because}`;
  const reason = environmentReason;
  return { kind: "owned", rule: "with", reason, request: { ...request, layer }, settingFiles, over, because };
}

/** Loaded only where packages are wanted: a run in a project needs none of it. */
async function requestOf(plan: PlanOptions, interpreter: Interpreter): Promise<PlannedRequest> {
  const { installRequestOf } = await import("./install-request-of.ts");
  return installRequestOf(plan, interpreter);
}
