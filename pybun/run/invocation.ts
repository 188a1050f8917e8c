/** The program of a run and its whole argument vector. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
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

/**
 * The program and its whole argument vector; argv[0] is the interpreter's own path.
 * @throws E_RUN_COMMAND_NOT_FOUND, E_RUN_CANNOT_START
 */
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
      const { program, refused } = findProgram(target.command, scene);
      // Python looks for itself by argv[0] on PATH, where a shim of pyenv may be what it finds.
      if (program === ready.python) return { program, argv: [program, ...target.args] };
      if (program !== undefined) return { program, argv: [target.command, ...target.args] };
      if (refused !== undefined) {
        const isStored = ready.record !== undefined && refused.startsWith(join(ready.record.path, "/"));
        throw problem("E_RUN_CANNOT_START", { program: refused, reason: noexecReason, isStored });
      }
      const file = fileNamed(target.command, { args: target.args, cwd });
      if (file !== undefined) return invocationOf({ ...scene, target: file });
      const environment = ready.prefix === "" ? {} : { environment: ready.prefix };
      throw problem("E_RUN_COMMAND_NOT_FOUND", { command: redactAddress(target.command), ...environment });
    }
  }
}

interface FoundProgram {
  readonly program?: string;
  /** The first one that is there, and that its file system lets nobody start. */
  readonly refused?: string;
}

function findProgram(command: string, scene: InvocationScene): FoundProgram {
  // "python" is the one that was chosen, also where that is in no environment.
  if (command === "python" || command === "python3") return { program: scene.ready.python };
  const places = placesOf(command, scene);
  const program = places.find((path) => stateOf(path) === "program");
  if (program !== undefined) return { program };
  const refused = places.find((path) => stateOf(path) === "refused");
  return refused === undefined ? {} : { refused };
}

function placesOf(command: string, { variables, cwd }: InvocationScene): readonly string[] {
  if (command.includes("/")) return [resolve(cwd, command)];
  const directories = (variables["PATH"] ?? "").split(delimiter);
  return directories.map((directory) => join(isAbsolute(directory) ? directory : resolve(cwd, directory), command));
}

const noexecReason = "its file system is mounted noexec";

/** What its mode lets us execute, and the system does not, lies on a file system that is mounted `noexec`. */
function stateOf(path: string): "program" | "refused" | "none" {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isFile() !== true) return "none";
    if (mayExecute(path)) return "program";
    const needed = status.uid === process.getuid?.() ? 0o100 : 0o111;
    return (status.mode & needed) === needed ? "refused" : "none";
  } catch (error) {
    if (errnoOf(error) !== undefined) return "none";
    throw error;
  }
}

function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (errnoOf(error) !== undefined) return false;
    throw error;
  }
}
