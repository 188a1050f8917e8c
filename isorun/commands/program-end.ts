/** How a program ended, as an exit code or as a problem: its own status passes through, ours keep clear of it. */
import type { CommandContext } from "@vivarium/cli/command";
import { type BudgetField, budgetFieldNames } from "@vivarium/core/budget/budget";
import { exhaustionEvent, exhaustionProblem } from "@vivarium/core/budget/exhaustion";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { denialEvent, denialOf, denialProblem } from "@vivarium/core/policy/allows";
import { ambientKinds, type Denial, type Policy } from "@vivarium/core/policy/policy";
import {
  BudgetExhausted,
  ComponentError,
  ExitError,
  LinkError,
  TrapError,
  type TrapFrame,
  UnsupportedError,
} from "../errors/errors.ts";
import { deniedWords } from "../wasi/refusal.ts";
import type { isorunDiagnostics } from "./diagnostics.ts";
import { linkLine, linkText } from "./link-text.ts";
import type { Refusals } from "./refusals.ts";

const problem = problemsOf<typeof isorunDiagnostics>();

export interface Program {
  readonly context: CommandContext;
  readonly file: string;
  /** What was called. */
  readonly func: string;
  readonly policy: Policy;
  readonly refusals: Refusals;
}

/**
 * @returns the exit code of a program that ended by itself
 * @throws a Problem for what is not its own choice; what is neither comes back as it is
 */
export function endOf(program: Program, error: unknown): number {
  const { context, file } = program;
  if (context.signal.aborted) throw context.signal.reason;
  if (error instanceof ExitError) return statusOf(program, error.status);
  if (error instanceof ComponentError) return statusOf(program, exitCode.failure);
  if (error instanceof BudgetExhausted) throw exhausted(program, error);
  if (error instanceof LinkError) {
    const { problems } = error;
    throw problem("E_COMPONENT_LINK", { file, problems: problems.map(linkLine), text: linkText(problems) });
  }
  if (error instanceof UnsupportedError) throw problem("E_COMPONENT_UNSUPPORTED", { file, reason: error.message });
  if (error instanceof TypeError) throw problem("E_INVOKE_TEXT", { reason: error.message });
  if (!(error instanceof TrapError)) throw error;
  if (error.cause instanceof Problem) throw error.cause;
  // What the host told of the program was held up by a reader until its time was over.
  if (error.cause instanceof BudgetExhausted) throw exhausted(program, error.cause);
  throw trapped(program, error);
}

/** Where the program was refused something before, that is told behind its own end, and counts: it may be the reason. */
function trapped(program: Program, error: TrapError): Problem {
  const { context, file, func, refusals } = program;
  const denied = denialOfTrap(program, error);
  if (denied !== undefined) return denialProblem(denied);
  const { frames, message: reason } = error;
  const trace = frames.map(lineOf).join("");
  const trap = problem("E_COMPONENT_TRAP", { file, func, reason, frames, trace });
  tellInVain(program);
  if (refusals.denied === undefined) return trap;
  context.report.warn(trap);
  return denialProblem(refusals.denied);
}

/** Names of guests have no line ends (isorun/runtime/frame-names.ts). */
const lineOf = ({ func, component }: TrapFrame): string => `\n  at ${func} (${component})`;

/** A program that was denied something and failed is told to have been denied it; a status of its own stays. */
function statusOf(program: Program, status: number): number {
  const { refusals } = program;
  if (status === exitCode.failure && refusals.denied !== undefined) throw denialProblem(refusals.denied);
  if (status === exitCode.failure) tellInVain(program);
  return status;
}

/** It may be why the program failed, and no flag would have helped. */
function tellInVain({ context, refusals: { absent, denied, detour, kernels, link } }: Program): void {
  if (denied !== undefined) return;
  if (absent.told !== undefined) context.report.warn(problem("W_RUN_ABSENT", absent.told));
  if (kernels.told !== undefined) context.report.warn(problem("W_RUN_KERNEL_FILES", kernels.told));
  if (detour !== undefined) context.report.warn(problem("W_RUN_PATH_OUT", detour));
  if (link !== undefined) context.report.warn(problem("W_RUN_LINK", link));
}

/** Clocks and entropy answer with a trap where the policy denies them. */
function denialOfTrap({ context, policy, refusals }: Program, error: TrapError): Denial | undefined {
  if (error.code !== "access-denied") return undefined;
  const capability = ambientKinds.find((kind) => error.message.includes(deniedWords(kind)));
  if (capability === undefined) return refusals.denied;
  const denied = denialOf(policy, { capability });
  if (denied !== undefined) context.report.emit("capability.denied", denialEvent(denied));
  return denied;
}

function exhausted({ context, file }: Program, error: BudgetExhausted): Problem {
  const { field, limit, used } = error;
  if (!isBudgetField(field) || limit === Number.POSITIVE_INFINITY) {
    context.report.emit("budget.exhausted", { field: "stack" });
    return problem("E_COMPONENT_STACK", { file });
  }
  context.report.emit("budget.exhausted", exhaustionEvent({ field, limit, used }));
  return exhaustionProblem({ field, limit, used });
}

const isBudgetField = (field: string): field is BudgetField => budgetFieldNames.some((name) => name === field);
