/**
 * Runs one command to its end, whatever that end is: loads it, gives it its context, turns what it reports into
 * output, and what it throws into a diagnostic and an exit code.
 *
 *   returned code      → that code
 *   Problem            → its diagnostic, its rule's exit code
 *   signal             → 128 + n, once the work has stopped
 *   anything else      → our bug: a report file, exit 70
 *
 * With json there is exactly one envelope on stdout in each of these cases.
 */
import { childEnvironment } from "@vivarium/core/child-environment";
import { type Catalogue, type Diagnostic, Problem, renderProblem } from "@vivarium/core/diagnostic";
import { createEmitter, type Emitter } from "@vivarium/core/emitter";
import { type Envelope, envelopeVersion, statusOf } from "@vivarium/core/envelope";
import { exitCode as codes } from "@vivarium/core/exit-code";
import { openRedactor, type Redactor, redactValue } from "@vivarium/core/redact";
import { beginTrace, type Trace } from "@vivarium/core/trace";
import { paintOf, wantsColor } from "./colors.ts";
import type { CommandContext, Program } from "./command.ts";
import { formatDiagnostic } from "./diagnostic-text.ts";
import type { Host } from "./host.ts";
import { problemSomewhere } from "./no-directory.ts";
import { openProgress, type Progress } from "./progress.ts";
import type { Observation } from "./progress-model.ts";
import type { Reporter } from "./reporter.ts";
import { jsonReporter } from "./reporter-json.ts";
import { jsonlReporter } from "./reporter-jsonl.ts";
import { textReporter } from "./reporter-text.ts";
import type { Settings } from "./settings.ts";
import { endingExitCode, Interruption, type SignalWatch, watchSignals } from "./signals.ts";

export interface Invocation {
  readonly program: Program;
  /** The full name, such as `pybun env create`. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly host: Host;
  readonly settings: Settings;
}

/** What one run gathers on its way. */
interface Ledger {
  readonly trace: Trace;
  readonly startedMs: number;
  readonly redactor: Redactor;
  readonly diagnostics: Diagnostic[];
  readonly result: { detail: unknown; isInterrupted: boolean };
}

/** Where its words go. */
interface Output {
  readonly progress: Progress;
  readonly reporter: Reporter;
}

interface Session extends Invocation, Ledger, Output {
  readonly emitter: Emitter;
  readonly signals: SignalWatch;
}

/** Runs `body` as the command of `invocation`; resolves to the process's exit code and never rejects for its failures. */
export async function runCommand(
  invocation: Invocation,
  body: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const session = openSession(invocation);
  try {
    return await finish(session, await settle(session, body));
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "E_OUTPUT_WRITE") throw error;
    return await lament(session, error);
  } finally {
    session.progress.close();
    session.signals.close();
  }
}

/** The exit code that the body came to, its failure put into words. */
async function settle(session: Session, body: (context: CommandContext) => Promise<number>): Promise<number> {
  const failure = watchFailures();
  try {
    const code = await Promise.race([body(contextOf(session)), failure.failed, session.signals.overdue]);
    await session.emitter.flush();
    return code;
  } catch (error) {
    return await explain(session, error);
  } finally {
    failure.close();
  }
}

function openSession(invocation: Invocation): Session {
  const { environment } = invocation.host;
  const ledger: Ledger = {
    trace: beginTrace(environment),
    startedMs: performance.now(),
    redactor: openRedactor(environment),
    diagnostics: [],
    result: { detail: null, isInterrupted: false },
  };
  const output = openOutput(invocation, ledger.redactor.message);
  const emitter = openEmitter(invocation.program, ledger, output);
  const signals = watchSignals({ beforeExit: output.progress.close });
  return { ...invocation, ...ledger, ...output, emitter, signals };
}

function openOutput({ host, settings }: Invocation, redactText: Redactor["text"]): Output {
  const { environment, stderr, stdout } = host;
  const color = wantsColor({ choice: settings.color, environment, isTerminal: stderr.isTerminal });
  const progress = openProgress({ host, quiet: settings.verbosity < 0, color });
  if (settings.format === "json") return { progress, reporter: jsonReporter(stdout) };
  if (settings.format === "jsonl") return { progress, reporter: jsonlReporter(stdout) };
  const { verbosity } = settings;
  const paint = paintOf(color);
  return { progress, reporter: textReporter({ host, verbosity, paint, redactText, aside: progress.aside }) };
}

function openEmitter(program: Program, ledger: Ledger, { progress, reporter }: Output): Emitter {
  return createEmitter({
    trace: ledger.trace,
    now: Date.now,
    redactText: ledger.redactor.text,
    redactMessage: ledger.redactor.message,
    wants: reporter.wants,
    // Sound: the emitter passes on a kind with its own fields.
    observe: (kind, fields) => progress.observe({ kind, fields } as Observation),
    render: (problem) => render(program, problem),
    deliver: (event) => {
      if (event.kind === "diagnostic") ledger.diagnostics.push(event.diagnostic);
      reporter.event(event);
    },
  });
}

/** Warnings and errors share one way into words; the level follows from the code's first letter. */
async function render(program: Program, problem: Problem): Promise<Diagnostic> {
  const level = problem.code.startsWith("W_") ? "warning" : "error";
  return renderProblem(problem, await catalogueOf(program), { level });
}

async function catalogueOf(program: Program): Promise<Catalogue> {
  const [{ cliDiagnostics }, own] = await Promise.all([import("./diagnostics.ts"), program.catalogue()]);
  return { ...own, ...cliDiagnostics };
}

function contextOf(session: Session): CommandContext {
  const { host, settings, emitter, reporter, signals, trace, progress } = session;
  const { environment, cwd, home, platform, stdout } = host;
  return {
    program: session.program,
    argv: session.argv,
    report: emitter.report,
    environment,
    cwd,
    home,
    platform,
    format: settings.format,
    verbosity: settings.verbosity,
    offline: settings.offline,
    color: wantsColor({ choice: settings.color, environment, isTerminal: stdout.isTerminal }),
    width: stdout.width,
    out: reporter.out,
    note: settings.verbosity < 0 ? () => undefined : reporter.out,
    detail: (value) => {
      session.result.detail = value;
    },
    signal: signals.signal,
    lookForSignals: signals.look,
    trace,
    childEnvironment: () => childEnvironment(environment, trace),
    learnSecrets: session.redactor.learn,
    release: async () => {
      await emitter.flush();
      progress.close();
      signals.close();
    },
  };
}

/** Failures that no promise of the command carries: a throwing callback, a promise that nobody awaited. */
function watchFailures(): { failed: Promise<never>; close: () => void } {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  process.on("uncaughtException", reject);
  process.on("unhandledRejection", reject);
  const close = (): void => {
    process.off("uncaughtException", reject);
    process.off("unhandledRejection", reject);
  };
  return { failed, close };
}

/** Says why the command failed, and answers with the exit code. */
async function explain(session: Session, error: unknown): Promise<number> {
  // Once a command has released its signals, it hears them itself.
  const ending = session.signals.received() ?? (error instanceof Interruption ? error.ending : undefined);
  if (ending !== undefined) {
    session.result.isInterrupted = true;
    const exit = endingExitCode[ending];
    await diagnose(session, new Problem("E_INTERRUPTED", { signal: ending, exit }));
    return exit;
  }
  if (!(error instanceof Problem)) return explainBug(session, error);
  const catalogue = await catalogueOf(session.program);
  const problem = problemSomewhere(error, session.host.cwd);
  const found = catalogue[problem.code];
  if (found === undefined) return explainBug(session, error);
  await diagnose(session, problem);
  return found.exit;
}

async function explainBug(session: Session, error: unknown): Promise<number> {
  const { name: command, argv, host, redactor } = session;
  const { writeCrashReport } = await import("./crash-report.ts");
  const report = writeCrashReport({ command, argv, error, timeMs: Date.now(), redactText: redactor.message }, host);
  const described = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const params = { command, error: described, ...(report === undefined ? {} : { report }) };
  await diagnose(session, new Problem("E_INTERNAL", params));
  return codes.software;
}

async function diagnose({ program, emitter }: Session, problem: Problem): Promise<void> {
  emitter.diagnose(await render(program, problem));
}

async function finish(session: Session, exitCode: number): Promise<number> {
  const { emitter, progress, reporter, signals, name, trace, diagnostics } = session;
  await emitter.flush();
  progress.close();
  const interrupted = (session.result.isInterrupted || signals.received() !== undefined) && exitCode > 128;
  const status = statusOf({ exitCode, diagnostics, interrupted });
  const detail = redactValue(session.result.detail, session.redactor.text);
  const durationMs = Math.round((performance.now() - session.startedMs) * 1000) / 1000;
  const end = { command: name, status, exit_code: exitCode, detail, duration_ms: durationMs } as const;
  emitter.report.emit("command.finish", end);
  const envelope: Envelope = { version: envelopeVersion, ...end, trace_id: trace.traceId, events: [], diagnostics };
  reporter.finish(envelope);
  return exitCode;
}

/**
 * stdout cannot be written, so the envelope or stream stays incomplete: only stderr is left to say so. A terminal that
 * was closed fails so too, and is the end that its signal means, whether that has come yet or went to the shell first.
 */
async function lament({ program, host, redactor }: Session, problem: Problem): Promise<number> {
  const diagnostic = await render(program, problem);
  host.stderr.write(
    formatDiagnostic(diagnostic, { paint: paintOf(false), cwd: host.cwd, redactText: redactor.message }),
  );
  const isHungUp = host.stdout.isTerminal && (problem.params as { reason: string }).reason === "EIO"; // of E_OUTPUT_WRITE
  return isHungUp ? endingExitCode.SIGHUP : codes.io;
}
