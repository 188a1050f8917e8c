/** Finds the interpreter of a run, and says why it is that one. */
import { pythonRequest } from "../index/run-variables.ts";
import { findInterpreter } from "../interpreter/find-interpreter.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { InterpreterChoice } from "../interpreter/interpreter-choice.ts";
import type { VersionPin } from "../interpreter/python-version-file.ts";
import type { Specifiers } from "../versions/specifier.ts";
import { askedReason, foundReason, type InterpreterReason, type PythonDemand } from "./interpreter-reason.ts";
import type { PlanOptions } from "./plan-options.ts";

export interface ChosenInterpreter {
  readonly interpreter: Interpreter;
  readonly reason: InterpreterReason;
  /** A pin that nothing served. */
  readonly passedOver?: VersionPin;
}

export type RequiredPython = PythonDemand & { readonly specifiers: Specifiers };

/** What the options, the variables and the files around ask for. @throws what finding interpreters throws */
export async function chooseInterpreter(plan: PlanOptions, required?: RequiredPython): Promise<ChosenInterpreter> {
  const asked = pythonRequest(plan.options.python, plan.context.environment);
  const heard: InterpreterChoice[] = [];
  const interpreter = await findInterpreter({
    ...sceneOf(plan),
    ...asked,
    ...(required === undefined ? {} : { requiresPython: required.specifiers }),
    onChoose: (choice) => heard.push(choice),
  });
  const [choice = { rule: "PATH" }] = heard;
  if (asked.request !== undefined) return { interpreter, reason: askedReason(asked.request, asked.origin) };
  const reason = foundReason(choice, { demand: required, cwd: plan.context.cwd });
  const isPassedOver = choice.pin !== undefined && choice.rule !== ".python-version";
  return { interpreter, reason, ...(isPassedOver ? { passedOver: choice.pin } : {}) };
}

/** This one, whatever the options say. @throws what finding interpreters throws */
export const interpreterAt = (plan: PlanOptions, path: string): Promise<Interpreter> =>
  findInterpreter({ ...sceneOf(plan), request: path });

function sceneOf({ context, cacheRoot }: PlanOptions) {
  const { environment, cwd, platform, report, signal } = context;
  return { environment, cwd, platform, report, signal, cacheRoot };
}
