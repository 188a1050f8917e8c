/** The interpreter of the directory that a command works in: what its project requires is obeyed, or told. */
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { pythonRequest } from "../index/run-variables.ts";
import type { interpreterDiagnostics } from "../interpreter/diagnostics.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { VersionPin } from "../interpreter/python-version-file.ts";
import { type ChoiceScene, type ChosenInterpreter, chooseInterpreter } from "./choose-interpreter.ts";
import type { runDiagnostics } from "./diagnostics.ts";
import { clearlyAllows, nearestProjectFile } from "./project-file.ts";
import { forbiddenBy, type ProjectPython, projectPython } from "./project-python.ts";

const problem = problemsOf<typeof runDiagnostics>();
const interpreterProblem = problemsOf<typeof interpreterDiagnostics>();

/**
 * A pin that the project does not allow is told of, and so is an interpreter that somebody names.
 * @throws what finding interpreters throws, and where none is named E_RUN_PROJECT_FILE
 */
export async function projectInterpreter(scene: ChoiceScene): Promise<ChosenInterpreter> {
  const { environment, cwd, report } = scene.context;
  const { request, origin = "--python" } = pythonRequest(scene.options.python, environment);
  if (request !== undefined) {
    const named = await chooseInterpreter(scene);
    await warnIfForbidden(named.interpreter, { origin, cwd, report });
    return named;
  }
  const requires = await projectPython(cwd);
  const chosen = await chooseInterpreter(scene, requires);
  const { interpreter, passedOver } = chosen;
  if (requires !== undefined && passedOver !== undefined) report.warn(pinProblem(passedOver, requires, interpreter));
  return chosen;
}

async function warnIfForbidden(
  { path, version }: Interpreter,
  { origin, cwd, report }: { readonly origin: string; readonly cwd: string; readonly report: Report },
): Promise<void> {
  const forbidding = await readableProject(cwd, version);
  if (forbidding === undefined) return;
  const { file, requires } = forbidding;
  report.warn(interpreterProblem("W_PYTHON_REQUIRES", { path, version, requires, origin, file }));
}

/** What the project requires, where that forbids this version. One that cannot be read stops nobody who names his own. */
async function readableProject(cwd: string, version: string) {
  try {
    const project = nearestProjectFile(cwd);
    if (project === undefined || clearlyAllows(project.text, version)) return undefined;
    const requires = await forbiddenBy(project, version);
    return requires === undefined ? undefined : { file: project.file, requires };
  } catch (error) {
    if (error instanceof Problem && error.code === "E_RUN_PROJECT_FILE") return undefined;
    throw error;
  }
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
