/**
 * Whether a file is a script for Python although its name does not say so and the system could start it: its first
 * line names Python or us, or it has a metadata block (PEP 723).
 *
 * Behind a first line that names something else a block counts only where no code precedes it, as in a script for
 * another runner of such scripts: a shell script may well write a script with a block.
 */
import { closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { readRegularFile } from "@vivarium/core/store/small-file";

const headBytes = 4096;

/** False for what cannot be read, and for what is no text. */
export function isPythonFile(path: string): boolean {
  const head = headOf(path);
  const shebang = /^#!([^\r\n]*)/.exec(head)?.[1];
  return (shebang !== undefined && namesPython.test(shebang)) || hasBlock(path, head);
}

/** What the first line of a file names, where that surely is no Python: a shell, or another language. */
export function otherLanguageOf(path: string): string | undefined {
  const head = headOf(path);
  const language = namesOther.exec(head)?.[1];
  return language === undefined || isForBoth.test(head) || hasBlock(path, head) ? undefined : language;
}

/** None of those that may hand the file on to Python, as `uv run` does. */
const namesOther =
  /^#![ \t]*(?:\S*\/env[ \t]+(?:-S[ \t]*)?)?(?:\S*\/)?((?:sh|bash|dash|zsh|ksh|fish|t?csh|pwsh|node|deno|bun|perl|ruby|php|lua|g?awk|sed|make|Rscript|tclsh|expect)[\d.]*)(?=\s|$)/;

/** A second line that is a string to Python, and to a shell a command that starts Python on the file. */
const isForBoth = /^#![^\r\n]*\r?\n[ \t]*(?:'''|"|':')/;

/** Whether a file is text with a metadata block. */
export const isBlockFile = (path: string): boolean => hasBlock(path, headOf(path));

const namesPython = /(?:^|[/\s])(?:pybun|python[\w.-]*)(?=\s|$)/;

function hasBlock(path: string, head: string): boolean {
  if (head === "" || head.includes("\0")) return false;
  const text = (readRegularFile(path)?.toString("latin1") ?? "").replaceAll("\r", "\n");
  const opening = /^# \/\/\/ script[ \t]*$/m.exec(text);
  if (opening === null) return false;
  return !head.startsWith("#!") || /^(?:[ \t\f]*(?:#.*)?\n)*$/.test(text.slice(0, opening.index));
}

/** One character each byte; empty for what is no file and what is refused: a program may be executable and not readable. */
function headOf(path: string): string {
  try {
    return statSync(path).isFile() ? readHead(path) : "";
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return "";
  }
}

function readHead(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const head = Buffer.alloc(headBytes);
    return head.toString("latin1", 0, readSync(descriptor, head, 0, head.length, 0));
  } finally {
    closeSync(descriptor);
  }
}
