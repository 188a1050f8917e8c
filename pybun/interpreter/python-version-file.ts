/**
 * `.python-version`, the file that pyenv made common: one request a line, `#` starts a comment. uv reads a line as one
 * request (`>=3.12, <3.13`), pyenv its first word: a line that means nothing as a whole is its first word. It is looked
 * for from a directory up to the root. An empty file is no pin, and the search goes on.
 */
import { posix, win32 } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Platform } from "@vivarium/core/paths";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { isRegularFile, readSettingsFile } from "@vivarium/core/store/small-file";
import { reasonOf } from "@vivarium/core/system-reason";
import type { interpreterDiagnostics } from "./diagnostics.ts";
import { parsePythonRequest } from "./request.ts";

const problem = problemsOf<typeof interpreterDiagnostics>();

export interface VersionPin {
  readonly file: string;
  /** At least one. */
  readonly versions: readonly string[];
}

/** The requests that a version file holds, one a line. */
export function parseVersionFile(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s)#.*$/, "").trim())
    .filter((line) => line !== "")
    .map((line) => (parsePythonRequest(line).kind === "name" ? firstWordOf(line) : line));
}

/** What pyenv takes of a line. */
export function firstWordOf(line: string): string {
  return line.split(/\s+/, 1)[0] ?? "";
}

/** The pin that holds for `directory`: of the nearest version file that names a version. @throws E_PYTHON_VERSION_FILE */
export function findVersionPin(directory: string, platform: Platform): VersionPin | undefined {
  const path = platform === "win32" ? win32 : posix;
  for (let current = directory; ; current = path.dirname(current)) {
    const pin = readVersionFile(path.join(current, ".python-version"));
    if (pin !== undefined) return pin;
    if (path.dirname(current) === current) return undefined;
  }
}

/**
 * The pin of one file, or undefined where the file is absent or names nothing. What has its name and is no file is passed
 * over, and so is what lies behind a directory that this user may not search.
 * @throws E_PYTHON_VERSION_FILE for one that is there and cannot be read
 */
export function readVersionFile(file: string): VersionPin | undefined {
  const text = textOf(file);
  const versions = text === undefined ? [] : parseVersionFile(text);
  return versions.length === 0 ? undefined : { file, versions };
}

function textOf(file: string): string | undefined {
  try {
    const bytes = readSettingsFile(file);
    return bytes === undefined ? undefined : decode(bytes, file);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    if (!isRegularFile(file)) return undefined;
    throw problem("E_PYTHON_VERSION_FILE", { file, reason: reasonOf(error) }, { cause: error });
  }
}

/** PowerShell's `>` writes UTF-16, with its mark. */
function decode(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  const isBig = first === 0xfe && second === 0xff;
  const text = new TextDecoder(isLittle ? "utf-16le" : isBig ? "utf-16be" : "utf-8").decode(bytes);
  // No path and no version has one, and the system would refuse it without a name.
  if (text.includes("\0")) throw problem("E_PYTHON_VERSION_FILE", { file, reason: "it holds a NUL byte" });
  return text;
}
