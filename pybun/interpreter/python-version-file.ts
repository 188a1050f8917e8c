/**
 * `.python-version`, the file that pyenv made common: one version a line, `#` starts a comment line, the first word of
 * a line counts. It is looked for from a directory up to the root. An empty file is no pin, and the search goes on.
 */
import { posix, win32 } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Platform } from "@vivarium/core/paths";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { isRegularFile, readRegularFile } from "@vivarium/core/store/small-file";
import { reasonOf } from "@vivarium/core/system-reason";
import type { interpreterDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof interpreterDiagnostics>();

export interface VersionPin {
  readonly file: string;
  /** At least one. */
  readonly versions: readonly string[];
}

/** The words that a version file holds, one a line. */
export function parseVersionFile(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/\s+/)[0] ?? "");
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
    return readRegularFile(file)?.toString();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    if (!isRegularFile(file)) return undefined;
    throw problem("E_PYTHON_VERSION_FILE", { file, reason: reasonOf(error) }, { cause: error });
  }
}
