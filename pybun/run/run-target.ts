/**
 * What is to be run, from the command line: a file, a module, code, a script on stdin, or a program.
 *
 * A word is a file of Python if it ends in .py, .pyw, .pyz or .pyc, or is a directory or archive with a `__main__`, or
 * a readable file whose first line names Python; otherwise a program, and last a file of that name. So
 * `pybun run tool` starts the environment's `tool`, and `pybun run ./tool` the script in this directory.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { errnoOf } from "@vivarium/core/store/io-problem";
import type { runDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof runDiagnostics>();

export type RunTarget =
  | { readonly kind: "file"; readonly path: string; readonly args: readonly string[]; readonly isSource: boolean }
  | { readonly kind: "module"; readonly module: string; readonly args: readonly string[] }
  | { readonly kind: "code"; readonly code: string; readonly args: readonly string[] }
  | { readonly kind: "stdin"; readonly args: readonly string[] }
  | { readonly kind: "command"; readonly command: string; readonly args: readonly string[] };

export interface TargetWords {
  readonly module: string | undefined;
  readonly code: string | undefined;
  readonly positionals: readonly string[];
  readonly cwd: string;
}

/** Undefined where nothing was named, which only `--explain` allows. @throws E_RUN_SCRIPT_NOT_FOUND, E_RUN_NOTHING for an empty word */
export function runTargetOf({ module, code, positionals, cwd }: TargetWords): RunTarget | undefined {
  if (module !== undefined) return { kind: "module", module, args: positionals };
  if (code !== undefined) return { kind: "code", code, args: positionals };
  const [word, ...args] = positionals;
  if (word === undefined) return undefined;
  if (word === "") throw problem("E_RUN_NOTHING", {});
  if (word === "-") return { kind: "stdin", args };
  const isNamedSource = /\.pyw?$/i.test(word);
  if (isNamedSource || /\.py[zc]$/i.test(word)) {
    const status = statusOf(word, cwd);
    if (status === undefined) throw problem("E_RUN_SCRIPT_NOT_FOUND", { script: word, reason: "no such file" });
    return { kind: "file", path: word, args, isSource: isNamedSource && !status.isDirectory() };
  }
  return pathTarget(word, { args, cwd }) ?? { kind: "command", command: word, args };
}

interface WordSetting {
  /** What comes behind the word. */
  readonly args: readonly string[];
  readonly cwd: string;
}

/** A word with a slash in it that leads to something that Python runs. */
function pathTarget(word: string, { args, cwd }: WordSetting): RunTarget | undefined {
  if (!word.includes("/") && !(process.platform === "win32" && word.includes("\\"))) return undefined;
  const status = statusOf(word, cwd);
  if (status === undefined) return undefined;
  if (status.isDirectory()) return { kind: "file", path: word, args, isSource: false };
  const isProgram = (status.mode & 0o111) !== 0 && !namesPython(resolve(cwd, word));
  return isProgram ? undefined : { kind: "file", path: word, args, isSource: true };
}

/** A file without a telling name, for a word that is no program. */
export function fileNamed(word: string, { args, cwd }: WordSetting): RunTarget | undefined {
  const status = statusOf(word, cwd);
  return status === undefined ? undefined : { kind: "file", path: word, args, isSource: status.isFile() };
}

function namesPython(path: string): boolean {
  const descriptor = openSync(path, "r");
  try {
    const head = Buffer.alloc(256);
    const length = readSync(descriptor, head, 0, head.length, 0);
    return /^#![^\n]*python/.test(head.toString("latin1", 0, length));
  } finally {
    closeSync(descriptor);
  }
}

function statusOf(word: string, cwd: string) {
  try {
    return statSync(resolve(cwd, word), { throwIfNoEntry: false });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOTDIR" || errno === "ENAMETOOLONG") return undefined;
    if (errno === undefined) throw error;
    throw problem("E_RUN_SCRIPT_NOT_FOUND", { script: word, reason: errno }, { cause: error });
  }
}
