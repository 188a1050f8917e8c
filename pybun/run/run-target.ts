/**
 * What is to be run, from the command line: a file, a module, code, a script on stdin, or a program.
 *
 * A word is a file of Python if it ends in .py, .pyw, .pyz or .pyc, if it leads to a directory, to a file that may not
 * be executed or to one that is Python's by its contents (python-file.ts), or if `--script` says so; otherwise a
 * program, and last a file of that name. So `pybun run tool` starts the environment's `tool`, and `pybun run ./tool`
 * the script in this directory; a file with a metadata block needs no `./`. A file whose first line names a shell or
 * another language is a program with and without `./`, and refused where it may not be executed.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { requireDirectory } from "@vivarium/cli/no-directory";
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { reasonOf } from "@vivarium/core/system-reason";
import type { runDiagnostics } from "./diagnostics.ts";
import { isBlockFile, isPythonFile, otherLanguageOf } from "./python-file.ts";
import { isStartedAgain } from "./started-again.ts";

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
  /** The file is a script, whatever it is called. */
  readonly script: boolean;
  readonly cwd: string;
  /** What a program that we became left (started-again.ts). */
  readonly started: string | undefined;
}

/**
 * Undefined where nothing was named, which only `--explain` allows.
 * @throws E_RUN_SCRIPT_NOT_FOUND, E_RUN_OTHER_LANGUAGE, E_RUN_TARGET_CONFLICT, E_RUN_NOTHING for an empty word
 */
export function runTargetOf(words: TargetWords): RunTarget | undefined {
  const { module, code, positionals, script } = words;
  const other = module !== undefined ? "-m" : code !== undefined ? "-c" : undefined;
  if (script && other !== undefined) throw problem("E_RUN_TARGET_CONFLICT", { other });
  if (module !== undefined) return { kind: "module", module, args: positionals };
  if (code !== undefined) return { kind: "code", code, args: positionals };
  const [word, ...args] = positionals;
  if (word === undefined) return undefined;
  if (word === "") throw problem("E_RUN_NOTHING", {});
  if (word === "-") return { kind: "stdin", args };
  const found = script || hasPythonName(word) ? namedFile(word, words) : placedFile([word, ...args], words);
  return found === undefined ? { kind: "command", command: word, args } : { kind: "file", path: word, args, ...found };
}

const hasPythonName = (word: string): boolean => /\.py[wzc]?$/i.test(word);

interface FoundFile {
  /** It can be read before Python reads it: what a pipe gives (`<(…)` of a shell), it gives once. */
  readonly isSource: boolean;
}

/** @throws E_RUN_SCRIPT_NOT_FOUND */
function namedFile(word: string, { cwd }: TargetWords): FoundFile {
  requireDirectory(word, cwd);
  const status = statusOf(word, cwd);
  if (status === undefined)
    throw problem("E_RUN_SCRIPT_NOT_FOUND", { script: redactAddress(word), reason: "no such file" });
  return { isSource: status.isFile() && !/\.py[zc]$/i.test(word) };
}

/** What Python runs, by its place and its contents. */
function placedFile([word, ...args]: readonly [string, ...string[]], words: TargetWords): FoundFile | undefined {
  const { cwd, started } = words;
  const path = resolve(cwd, word);
  if (!word.includes("/") && !(process.platform === "win32" && word.includes("\\"))) {
    return isBlockFile(path) ? { isSource: true } : undefined;
  }
  requireDirectory(word, cwd);
  const status = statusOf(word, cwd);
  if (status === undefined) return undefined;
  if (status.isDirectory()) return { isSource: false };
  if (mayStart(status)) {
    const isProgram = !isPythonFile(path) && !isStartedAgain(started, [path, ...args]);
    return isProgram ? undefined : { isSource: status.isFile() };
  }
  refuseOtherLanguage(word, otherLanguageOf(path));
  return { isSource: status.isFile() };
}

const mayStart = ({ mode }: { readonly mode: number }): boolean => (mode & 0o111) !== 0;

/**
 * A file without a telling name, for a word that is no program: Python's, unless its first line names another language;
 * then it is what `./word` is. @throws E_RUN_OTHER_LANGUAGE
 */
export function fileNamed(
  word: string,
  { args, cwd }: { readonly args: readonly string[]; readonly cwd: string },
): RunTarget | undefined {
  const status = statusOf(word, cwd);
  if (status === undefined) return undefined;
  const language = word.includes("/") ? undefined : otherLanguageOf(resolve(cwd, word));
  if (language !== undefined && mayStart(status)) return { kind: "command", command: `./${word}`, args };
  refuseOtherLanguage(word, language);
  return { kind: "file", path: word, args, isSource: status.isFile() };
}

function refuseOtherLanguage(script: string, language: string | undefined): void {
  if (language !== undefined) throw problem("E_RUN_OTHER_LANGUAGE", { script, language });
}

function statusOf(word: string, cwd: string) {
  try {
    return statSync(resolve(cwd, word), { throwIfNoEntry: false });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOTDIR" || errno === "ENAMETOOLONG") return undefined;
    if (errno === undefined) throw error;
    throw problem("E_RUN_SCRIPT_NOT_FOUND", { script: redactAddress(word), reason: reasonOf(error) }, { cause: error });
  }
}
