/**
 * Does the work of `pybun run`: read the script's block, choose, install what is missing, start.
 *
 * In text mode the process becomes the program (execve), so that signals, terminal, stdin and exit code are the
 * program's own; with json and jsonl it is a child whose output becomes events.
 */
import type { CommandContext, Execute, OptionValues } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { placesOf } from "@vivarium/core/paths";
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import { envFiles, isOffline } from "../index/run-variables.ts";
import type { InstallScene } from "../install/install-request.ts";
import type { resolverDiagnostics } from "../resolver/diagnostics.ts";
import { childVariables } from "../run/child-variables.ts";
import { explainRun, type RunDescription, runDetailOf } from "../run/describe-run.ts";
import type { runDiagnostics } from "../run/diagnostics.ts";
import { handedDown } from "../run/handed-down.ts";
import type { Invocation } from "../run/invocation.ts";
import { planRun, type RunPlan } from "../run/plan-run.ts";
import { type ReadScript, readScript } from "../run/read-script.ts";
import type { ReadyRun } from "../run/ready-run.ts";
import type { runOptions } from "../run/run-options.ts";
import { type RunTarget, runTargetOf } from "../run/run-target.ts";
import { startedMark, startedName } from "../run/started-again.ts";

const problem = problemsOf<typeof runDiagnostics>();
const resolverProblem = problemsOf<typeof resolverDiagnostics>();

type Options = OptionValues<typeof runOptions>;

/** `pybun run` */
export const execute: Execute<typeof runOptions> = async (context, { options, positionals }) => {
  const { cwd, platform, home } = context;
  const { module, code, script } = options;
  // Before anything of ours is open; `--explain` starts nothing, and has no use for them.
  const descriptors = options.explain ? [] : handedDown();
  const started = context.environment[startedName];
  const target = runTargetOf({ module, code, script, positionals, cwd, started });
  if (target === undefined && !options.explain) throw problem("E_RUN_NOTHING", {});
  const offline = isOffline(context);
  if (options.refresh && offline) throw resolverProblem("E_RESOLVE_REFRESH_OFFLINE", {});
  const cacheRoot = placesOf(platform, context.environment, home).cache;
  const watched = watchWarnings(context.report);
  const mayBeRemembered = target?.kind === "file" && target.isSource && !options.explain;
  const areInputsSame = mayBeRemembered ? await watchRun(context) : () => false;
  const read = await readScript(target, { cwd, report: watched });
  const { metadata, script: path } = read;
  const choosing = { ...context, report: watched };
  const plan = await planRun({ context: choosing, options, cacheRoot, metadata, script: path });
  const description = { plan, target, cacheRoot, metadata, script: path };
  if (options.explain || target === undefined) {
    context.detail(await runDetailOf(description));
    context.out(await explainRun(description));
    return exitCode.success;
  }
  const { report, signal } = context;
  const { openStore } = await import("@vivarium/core/store");
  const store = openStore(cacheRoot);
  const leased = await obtain(plan, { store, report, offline, refresh: options.refresh, signal });
  signal.throwIfAborted();
  const { ready } = leased;
  await checkCopied(plan, { ready, report: watched });
  const hasWarnings = watched.warned();
  const run = { context, options, store, read, hasWarnings, areInputsSame, target, descriptors, ...leased };
  return start({ ...run, description: { ...description, ready } });
};

/** Before anything of it is read. */
async function watchRun({ environment, cwd, platform }: CommandContext): Promise<() => boolean> {
  const { runInputs, watchInputs } = await import("../run/watch-inputs.ts");
  return watchInputs(runInputs({ environment, cwd, platform, request: environment["UV_PYTHON"] }));
}

async function checkCopied(
  plan: RunPlan,
  { ready: { record }, report }: { readonly ready: ReadyRun; readonly report: Report },
): Promise<void> {
  const names = plan.kind === "owned" ? (plan.request.materialize ?? []) : [];
  if (names.length === 0 || record === undefined) return;
  const { warnOfUncopied } = await import("../env/materialize.ts");
  warnOfUncopied(report, { names, packages: record.packages });
}

/** Passes on what it hears, and remembers whether there was a warning. */
function watchWarnings({ emit, warn }: Report): Report & { readonly warned: () => boolean } {
  let count = 0;
  const countAndWarn: Report["warn"] = (warning) => {
    count++;
    warn(warning);
  };
  return { emit, warn: countAndWarn, warned: () => count > 0 };
}

interface Start extends LeasedRun {
  readonly context: CommandContext;
  readonly options: Options;
  readonly store: Store;
  readonly read: ReadScript;
  /** Of the script and the choice of its environment; the next run must tell them again. */
  readonly hasWarnings: boolean;
  readonly areInputsSame: () => boolean;
  readonly target: RunTarget;
  /** Those that our caller has handed down. */
  readonly descriptors: readonly number[];
  readonly description: RunDescription;
}

async function start(run: Start): Promise<number> {
  const { context, options, target, ready, endLease, read, description, descriptors } = run;
  const { becomeProgram, invocationOf, withEnvFiles, writeWarmRecord } = await import("../run/start.ts");
  const files = envFiles(options["env-file"], context.environment);
  const environment = withEnvFiles(context.childEnvironment(), { files, cwd: context.cwd });
  context.learnSecrets(environment);
  const found = childVariables({ environment, prefix: ready.prefix, scripts: ready.scripts });
  const pythonArgs = options["python-arg"];
  const invocation = invocationOf({ ready, target, pythonArgs, variables: found, cwd: context.cwd });
  const variables = withStartedMark(found, { target, invocation });
  context.report.emit("run.start", {
    command: [...invocation.argv],
    interpreter: ready.python,
    ...(ready.prefix === "" ? {} : { environment: ready.prefix }),
    selected_by: description.plan.rule,
  });
  if (context.format !== "text") return capture(run, invocation, variables).finally(endLease);
  if (isPlain(run)) {
    writeWarmRecord({ ...run, ...context, plan: description.plan, script: read.script ?? "", head: read.head });
  }
  await letSignalsIn();
  context.signal.throwIfAborted();
  await context.release();
  return becomeProgram({
    invocation,
    variables,
    descriptors,
    ...(read.stdin === undefined ? {} : { stdin: read.stdin }),
  });
}

/** Only a program by its path can be one that starts us again. */
function withStartedMark(
  variables: Record<string, string>,
  { target, invocation }: { target: RunTarget; invocation: Invocation },
): Record<string, string> {
  if (target.kind !== "command" || !target.command.includes("/")) return variables;
  return { ...variables, [startedName]: startedMark([invocation.program, ...target.args]) };
}

/** What was done just now was synchronous: a Ctrl-C that came meanwhile waits for a turn of the event loop. */
const letSignalsIn = (): Promise<void> => new Promise((resolve) => setTimeout(() => setImmediate(resolve), 1));

interface LeasedRun {
  readonly ready: ReadyRun;
  readonly endLease: () => void;
}

/** What can be started, kept from eviction until we end. */
async function obtain(plan: RunPlan, scene: InstallScene): Promise<LeasedRun> {
  const [{ environmentsOf, readyRun }, { leaseEnvironments }] = await Promise.all([
    import("../run/ready-run.ts"),
    import("../install/lease-environment.ts"),
  ]);
  const ready = await readyRun(plan, scene);
  const endLease = await leaseEnvironments(scene, environmentsOf(ready));
  if (endLease !== undefined) return { ready, endLease };
  // It was evicted before the lease: once more, while nobody evicts.
  return scene.store.withoutEviction(async () => {
    const again = await readyRun(plan, scene);
    const endLeaseAgain = await leaseEnvironments(scene, environmentsOf(again));
    return { ready: again, endLease: endLeaseAgain ?? (() => undefined) };
  }, scene.signal);
}

async function capture(run: Start, invocation: Invocation, variables: Record<string, string>): Promise<number> {
  const { context, read, description, descriptors } = run;
  const { report } = context;
  const { outputBytesMaxDefault, runCaptured } = await import("../run/captured-child.ts");
  await context.release();
  const ended = await runCaptured({
    invocation,
    variables,
    report,
    descriptors,
    outputBytesMax: outputBytesMaxDefault,
    ...(read.stdin === undefined ? {} : { input: read.stdin }),
  });
  context.detail(await runDetailOf({ ...description, ended }));
  return ended.exitCode;
}

/** What the warm path takes: a named script, and no option that changes anything. */
function isPlain({ context, options, target, hasWarnings }: Start): boolean {
  if (target.kind !== "file" || !target.isSource || hasWarnings || context.verbosity !== 0) return false;
  const { environment } = context;
  if (environment["PYBUN_ENV"] || environment["PYBUN_TRACE"] || envFiles([], environment).length > 0) return false;
  return Object.values(options).every(
    (value) => value === undefined || value === false || isEmpty(value) || value === "text" || value === "auto",
  );
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
