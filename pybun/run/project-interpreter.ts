/** The interpreter of the directory that a command works in: what its project requires is obeyed, unless one is named. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { pythonRequest } from "../index/run-variables.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { VersionPin } from "../interpreter/python-version-file.ts";
import { type ChoiceScene, type ChosenInterpreter, chooseInterpreter } from "./choose-interpreter.ts";
import type { runDiagnostics } from "./diagnostics.ts";
import { type ProjectPython, projectPython } from "./project-python.ts";

const problem = problemsOf<typeof runDiagnostics>();

/**
 * A pin that the project does not allow is told of.
 * @throws what finding interpreters throws, E_RUN_PROJECT_FILE
 */
export async function projectInterpreter(scene: ChoiceScene): Promise<ChosenInterpreter> {
  const { environment, cwd, report } = scene.context;
  const { request } = pythonRequest(scene.options.python, environment);
  const requires = request === undefined ? await projectPython(cwd) : undefined;
  const chosen = await chooseInterpreter(scene, requires);
  const { interpreter, passedOver } = chosen;
  if (requires !== undefined && passedOver !== undefined) report.warn(pinProblem(passedOver, requires, interpreter));
  return chosen;
}

function pinProblem(pin: VersionPin, { file, text }: ProjectPython, { path, version }: Interpreter) {
  return problem("W_RUN_PIN_PASSED_OVER", {
    pin: pin.file,
    versions: pin.versions,
    file,
    requires: text,
    path,
    version,
  });
}
