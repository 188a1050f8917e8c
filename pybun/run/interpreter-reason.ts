/** Why a run has the interpreter that it has, in words and as data: what `--explain` shows. */
import { resolve } from "node:path";
import type { InterpreterChoice } from "../interpreter/interpreter-choice.ts";
import type { VersionPin } from "../interpreter/python-version-file.ts";

export interface InterpreterReason {
  readonly rule: "--python" | "UV_PYTHON" | ".python-version" | "requires-python" | "PATH" | "pyenv" | "environment";
  readonly because: string;
  /** The absolute path of the file that decided. */
  readonly source?: string;
}

/** What a script or a project demands of its Python. */
export interface PythonDemand {
  /** As it is told; absent for a script that is in no file. */
  readonly file?: string;
  readonly text: string;
}

export const environmentReason: InterpreterReason = { rule: "environment", because: "it is the environment's own" };

/** Of what a flag or a variable names. */
export function askedReason(request: string, origin: string | undefined): InterpreterReason {
  const rule = origin === undefined ? "--python" : "UV_PYTHON";
  return { rule, because: `${rule} asks for '${request}'` };
}

/** Of what a search has found. */
export function foundReason(
  { rule, pin }: InterpreterChoice,
  { demand, cwd }: { readonly demand: PythonDemand | undefined; readonly cwd: string },
): InterpreterReason {
  const owner = demand?.file === undefined ? "the script" : `'${demand.file}'`;
  if (rule === ".python-version" && pin !== undefined) {
    const allowed = demand === undefined ? "" : `, which ${owner} allows`;
    return { rule, because: `'${pin.file}' names ${namedBy(pin)}${allowed}`, source: pin.file };
  }
  const instead = pin === undefined ? "" : `, passing over ${namedBy(pin)} of '${pin.file}'`;
  const isOnPath = rule === "PATH";
  if (demand === undefined) {
    const because = isOnPath
      ? "it is the first suitable one on PATH"
      : "PATH has no suitable one, and pyenv has installed it";
    return { rule, because: `${because}${instead}` };
  }
  const place = isOnPath ? "the first one on PATH" : "one that pyenv has installed, as PATH has none,";
  return {
    rule: "requires-python",
    because: `it is ${place} that ${owner} allows, which requires '${demand.text}'${instead}`,
    ...(demand.file === undefined ? {} : { source: resolve(cwd, demand.file) }),
  };
}

export const namedBy = ({ versions }: VersionPin): string => versions.map((version) => `'${version}'`).join(", ");
