/** The program of a run and its whole argument vector. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { errnoOf } from "@vivarium/core/store/io-problem";
import type { runDiagnostics } from "./diagnostics.ts";
import type { ReadyRun } from "./ready-run.ts";
import { fileNamed, type RunTarget } from "./run-target.ts";

const problem = problemsOf<typeof runDiagnostics>();

export interface Invocation {
  readonly program: string;
  /** All of argv. */
  readonly argv: readonly string[];
}

export interface InvocationScene {
  readonly ready: ReadyRun;
  readonly target: RunTarget;
  /** Options for the interpreter. */
  readonly pythonArgs: readonly string[];
  /** Of the program: its PATH finds commands. */
  readonly variables: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** The program and its whole argument vector; argv[0] is the interpreter's own path. @throws E_RUN_COMMAND_NOT_FOUND */
export function invocationOf(scene: InvocationScene): Invocation {
  const { ready, target, pythonArgs, cwd } = scene;
  const python = (...words: readonly string[]): Invocation => ({
    program: ready.python,
    argv: [ready.python, ...pythonArgs, ...words, ...target.args],
  });
  switch (target.kind) {
    case "file":
      // Behind `--` a file may have a name that the interpreter would take for an option.
      return python(target.path.startsWith("-") ? `./${target.path}` : target.path);
    case "module":
      return python("-m", target.module);
    case "code":
      return python("-c", target.code);
    case "stdin":
      return python("-");
    case "command": {
      const program = findProgram(target.command, scene);
      // Python looks for itself by argv[0] on PATH, where a shim of pyenv may be what it finds.
      if (program === ready.python) return { program, argv: [program, ...target.args] };
      if (program !== undefined) return { program, argv: [target.command, ...target.args] };
      const file = fileNamed(target.command, { args: target.args, cwd });
      if (file !== undefined) return invocationOf({ ...scene, target: file });
      const environment = ready.prefix === "" ? {} : { environment: ready.prefix };
      throw problem("E_RUN_COMMAND_NOT_FOUND", { command: target.command, ...environment });
    }
  }
}

const pythonName = /^python(?:3(?:\.\d+)?)?(?:\.exe)?$/;

function findProgram(command: string, { ready, variables, cwd }: InvocationScene): string | undefined {
  if (command.includes("/")) return isProgram(resolve(cwd, command)) ? resolve(cwd, command) : undefined;
  // "python" is the one that was chosen, also where that is in no environment.
  if (pythonName.test(command) && (command === "python" || command === "python3")) return ready.python;
  for (const directory of (variables["PATH"] ?? "").split(delimiter)) {
    const path = join(isAbsolute(directory) ? directory : resolve(cwd, directory), command);
    if (isProgram(path)) return path;
  }
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    if (errnoOf(error) !== undefined) return false;
    throw error;
  }
}
