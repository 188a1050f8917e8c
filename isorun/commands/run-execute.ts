/** Does the work of `isorun run`: read the policy, load, link what it names, call, say how it ended. */
import type { CommandContext, Execute, OptionValues } from "@vivarium/cli/command";
import type { cliDiagnostics } from "@vivarium/cli/diagnostics";
import { budgetFieldNames } from "@vivarium/core/budget/budget";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { readCommandPolicy } from "@vivarium/core/policy/command-policy";
import { type Enforceable, requireEnforcement } from "@vivarium/core/policy/enforcement";
import { grantNothing, type Policy } from "@vivarium/core/policy/policy";
import type { Report } from "@vivarium/core/report";
import { ComponentError } from "../errors/errors.ts";
import type { InstanceHandle } from "../runtime/instance-handle.ts";
import { whyNoFiles } from "../wasi/filesystem/host-files.ts";
import { type Entry, invokedEntryOf, runEntryOf } from "./entry-of.ts";
import { engineBudget, linkHost } from "./host-of.ts";
import { interruptOf } from "./interrupt-of.ts";
import { requireOrdinaryFlags } from "./link-directories.ts";
import { type OpenComponent, openComponent } from "./open-component.ts";
import { overtimeOf } from "./overtime.ts";
import { endOf, type Program } from "./program-end.ts";
import { openProgramOutput, type ProgramOutput } from "./program-output.ts";
import type { runOptions } from "./run-options.ts";
import { tellResult } from "./tell-result.ts";

const usageProblem = problemsOf<typeof cliDiagnostics>();

type Options = OptionValues<typeof runOptions>;

/** What it can grant in part, and which limits it keeps: the output by this command, the rest by the engine. */
const engine: Enforceable = {
  engine: "wasm",
  capabilities: [...(whyNoFiles() === undefined ? (["read", "write"] as const) : []), "env", "time", "random", "log"],
  budget: budgetFieldNames,
};

/** `isorun run` */
export const execute: Execute<typeof runOptions> = async (context, { options, positionals }) => {
  const [file = "", ...args] = positionals;
  requireNoArguments(options, args);
  const policy = await policyOf(context, options);
  const loading = { budget: engineBudget(policy).budget, isInterruptible: !options["no-fuel"] };
  const opened = await openComponent(file, { context, command: "run", useStore: !options["no-cache"], ...loading });
  const entry = options.invoke === undefined ? runEntryOf(opened) : invokedEntryOf(options.invoke, opened);
  const { component } = opened;
  const about = { component: { path: file, hash: component.hash, bytes: component.size }, entry: entry.name };
  context.detail(about);
  const startMs = performance.now();
  const output = openProgramOutput({ context, budget: policy.budget, interrupt: interruptOf(context) });
  const isCounted = loading.isInterruptible;
  const ended = await runEntry({ context, opened, entry, policy, args: [file, ...args], output, isCounted });
  const { result, usage } = ended;
  context.detail({ ...about, ...(result === undefined ? {} : { result }), ...(usage === undefined ? {} : { usage }) });
  const durationMs = Math.round((performance.now() - startMs) * 1000) / 1000;
  const told = (code: number): void => context.report.emit("run.exit", { exit_code: code, duration_ms: durationMs });
  const code = ended.failure === undefined ? ended.exitCode : await failureCode(ended.failure, { output, told });
  told(code);
  return code;
};

interface Telling {
  readonly output: ProgramOutput;
  readonly told: (code: number) => void;
}

/** A problem ends the program too, with the code that the command ends with. */
async function failureCode({ program, error }: Failure, { output, told }: Telling): Promise<number> {
  const { context } = program;
  const warn: Report["warn"] = (problem) => {
    if (context.verbosity >= 0) output.breakLine();
    context.report.warn(problem);
  };
  try {
    return endOf({ ...program, context: { ...context, report: { ...context.report, warn } } }, error);
  } catch (problem) {
    output.breakLine();
    const { isorunCatalogue } = await import("./catalogue.ts");
    const exit = problem instanceof Problem ? isorunCatalogue[problem.code]?.exit : undefined;
    if (exit !== undefined) told(exit);
    throw problem;
  }
}

/** A call has its arguments in itself: what stands beside it is most likely a part of one that was not quoted. */
function requireNoArguments({ invoke }: Options, [argument]: readonly string[]): void {
  if (invoke === undefined || argument === undefined) return;
  throw usageProblem("E_USAGE_ARGUMENT_UNEXPECTED", { program: "isorun", command: "run", argument });
}

async function policyOf(context: CommandContext, options: Options): Promise<Policy> {
  const given = (await readCommandPolicy(options, context)) ?? grantNothing(context.platform);
  requireOrdinaryFlags(options, { base: context.cwd, platform: context.platform });
  requireEnforcement(given, engine, { report: context.report, bestEffort: options["best-effort"] });
  return given;
}

interface Run {
  readonly context: CommandContext;
  readonly opened: OpenComponent;
  readonly entry: Entry;
  readonly policy: Policy;
  readonly args: readonly string[];
  readonly output: ProgramOutput;
  /** Whether it can be interrupted while it computes. */
  readonly isCounted: boolean;
}

interface Failure {
  readonly program: Program;
  readonly error: unknown;
}

interface Ended {
  readonly exitCode: number;
  readonly failure?: Failure;
  readonly result?: string;
  readonly usage?: Readonly<Record<string, number>>;
}

async function runEntry(run: Run): Promise<Ended> {
  const { opened, entry, policy, args, output } = run;
  const context = { ...run.context, report: output.report };
  const builder = opened.runtime.instance(opened.component);
  if (run.isCounted) builder.interruptBy(output.interrupt);
  const refusals = linkHost(builder, { context, policy, args, output });
  const program = { context, file: opened.file, func: entry.name, policy, refusals };
  context.report.emit("run.start", { command: [...args], interpreter: "isorun", selected_by: entry.name });
  let instance: InstanceHandle | undefined;
  const startedMs = performance.now();
  // Of what is not an instance yet, the time is known to the engine alone, and is no more than this.
  const used = () => instance?.usage() ?? { wallMs: performance.now() - startedMs, cpuMs: 0 };
  try {
    output.limitTime(() => overtimeOf(policy.budget, used()));
    instance = await builder.instantiate();
    const called = await callEntry(instance, run);
    output.end();
    return { ...called, ...usageOf(instance) };
  } catch (error) {
    output.end();
    return { exitCode: exitCode.failure, failure: { program, error }, ...usageOf(instance) };
  }
}

async function callEntry(instance: InstanceHandle, { context, entry, output, policy }: Run): Promise<Ended> {
  const value = await settledValue(instance, { entry, signal: context.signal });
  if (!entry.isInvoked) return { exitCode: value.failed ? failed(value.payload) : exitCode.success };
  const { result: type } = entry.type;
  if (type === undefined) return { exitCode: exitCode.success };
  const telling = { isText: context.format === "text", output, budget: policy.budget, usage: instance.usage() };
  const told = tellResult({ value: value.payload, type }, telling);
  return { exitCode: value.failed ? exitCode.failure : exitCode.success, ...told };
}

/** Of wasi:cli/run: the program says that it failed, and its words are on its own stderr. */
function failed(payload: unknown): never {
  throw new ComponentError(payload);
}

/** A result as a whole, though calls throw its `err` side. */
async function settledValue(
  instance: InstanceHandle,
  { entry: { name, type, args }, signal }: { readonly entry: Entry; readonly signal: AbortSignal },
): Promise<{ readonly payload: unknown; readonly failed: boolean }> {
  const isResult = type.result?.kind === "result";
  try {
    const val = await instance.call(name, args, { signal });
    return { payload: isResult ? { tag: "ok", val } : val, failed: false };
  } catch (error) {
    if (!isResult || !(error instanceof ComponentError)) throw error;
    return { payload: { tag: "err", val: error.payload }, failed: true };
  }
}

function usageOf(instance: InstanceHandle | undefined): Pick<Ended, "usage"> {
  if (instance === undefined) return {};
  const { memoryBytes, tableElements, fuel } = instance.usage();
  return { usage: { memory_bytes: memoryBytes, table_elements: tableElements, fuel: Number(fuel) } };
}
