/** The pyproject.toml that a directory belongs to, and the look at it that spares reading TOML. */
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { isRegularFile, readSettingsFile } from "@vivarium/core/store/small-file";
import { reasonOf } from "@vivarium/core/system-reason";
import type { runDiagnostics } from "./diagnostics.ts";
import { upwards } from "./existing-environment.ts";

const problem = problemsOf<typeof runDiagnostics>();

export interface ProjectFile {
  readonly file: string;
  readonly text: string;
}

/**
 * The nearest one from `cwd` up. What has its name and is no file is passed over, and so is what lies behind a directory
 * that this user may not search.
 * @throws E_RUN_PROJECT_FILE for one that is there and cannot be read
 */
export function nearestProjectFile(cwd: string): ProjectFile | undefined {
  for (const directory of upwards(cwd)) {
    const file = join(directory, "pyproject.toml");
    const text = textOf(file);
    if (text !== undefined) return { file, text };
  }
  return undefined;
}

function textOf(file: string): string | undefined {
  try {
    return readSettingsFile(file)?.toString();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    if (!isRegularFile(file)) return undefined;
    throw problem("E_RUN_PROJECT_FILE", { file, reason: reasonOf(error) }, { cause: error });
  }
}

/**
 * Whether a release is allowed by a project that says nothing of Python, or in one place the commonest thing,
 * `>=3.10`. False means: look closer. Reading TOML would make the start of a run in a project a third longer.
 */
export function clearlyAllows(text: string, version: string): boolean {
  const [mention, ...others] = text.match(/^.*requires-python.*$/gm) ?? [];
  if (mention === undefined) return true;
  const lower = /^requires-python\s*=\s*["']>=\s*(\d+)\.(\d+)["']\s*$/.exec(mention);
  const release = /^(\d+)\.(\d+)(?:\.\d+)*$/.exec(version);
  if (lower === null || release === null || others.length > 0) return false;
  const [major, minor] = [Number(release[1]), Number(release[2])];
  return major > Number(lower[1]) || (major === Number(lower[1]) && minor >= Number(lower[2]));
}
