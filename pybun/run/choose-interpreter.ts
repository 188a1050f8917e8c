/** Finds the interpreter of a run or of an environment, and says why it is that one. */
import type { CommandContext } from "@vivarium/cli/command";
import { pythonRequest } from "../index/run-variables.ts";
import { findInterpreter } from "../interpreter/find-interpreter.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { InterpreterChoice } from "../interpreter/interpreter-choice.ts";
import type { VersionPin } from "../interpreter/python-version-file.ts";
import type { Specifiers } from "../versions/specifier.ts";
import { askedReason, foundReason, type InterpreterReason, type PythonDemand } from "./interpreter-reason.ts";

/** A part of the options of a plan. */
export interface ChoiceScene {
  readonly context: CommandContext;
  /** What stands after `--python`. */
  readonly options: { readonly python: string | undefined };
  /** The store's directory. */
  readonly cacheRoot: string;
  /** Called before an interpreter is started because its answer is not known. */
  readonly onAsk?: () => void;
}

export interface ChosenInterpreter {
  readonly interpreter: Interpreter;
  readonly reason: InterpreterReason;
  /** A pin that nothing served. */
  readonly passedOver?: VersionPin;
}

export type RequiredPython = PythonDemand & { readonly specifiers: Specifiers };

/** What the options, the variables and the files around ask for. @throws what finding interpreters throws */
export async function chooseInterpreter(scene: ChoiceScene, required?: RequiredPython): Promise<ChosenInterpreter> {
  const asked = pythonRequest(scene.options.python, scene.context.environment);
  const heard: InterpreterChoice[] = [];
  const interpreter = await findInterpreter({
    ...searchOf(scene),
    ...asked,
    ...(required === undefined ? {} : { requiresPython: required.specifiers }),
    onChoose: (choice) => heard.push(choice),
  });
  const [choice = { rule: "PATH" }] = heard;
  if (asked.request !== undefined) return { interpreter, reason: askedReason(asked.request, asked.origin) };
  const reason = foundReason(choice, { demand: required, cwd: scene.context.cwd });
  const isPassedOver = choice.pin !== undefined && choice.rule !== ".python-version";
  return { interpreter, reason, ...(isPassedOver ? { passedOver: choice.pin } : {}) };
}

/** This one, whatever the options say. @throws what finding interpreters throws */
export const interpreterAt = (scene: ChoiceScene, path: string): Promise<Interpreter> =>
  findInterpreter({ ...searchOf(scene), request: path });

function searchOf({ context, cacheRoot, onAsk }: ChoiceScene) {
  const { environment, cwd, platform, report, signal } = context;
  return { environment, cwd, platform, report, signal, cacheRoot, ...(onAsk === undefined ? {} : { onAsk }) };
}
