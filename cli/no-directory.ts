/** Problems of a command that names relative paths where there is no working directory (core/working-directory.ts). */
import { isAbsolute } from "node:path";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import { nowhere } from "@vivarium/core/working-directory";
import type { cliDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof cliDiagnostics>();

/** For a path whose absence has another meaning, or is told by the path as it was given. @throws E_WORKING_DIRECTORY */
export function requireDirectory(path: string, cwd: string): void {
  if (cwd === nowhere && !isAbsolute(path)) throw problem("E_WORKING_DIRECTORY", { wanted: path });
}

/** What a problem comes to: one that tells of a place below `nowhere`, itself or by its causes, is E_WORKING_DIRECTORY. */
export function problemSomewhere(found: Problem, cwd: string): Problem {
  if (cwd !== nowhere) return found;
  const places = [...textOf(found).matchAll(belowNowhere)].map(([, below = ""]) => below);
  if (places.length === 0) return found;
  const wanted = places.find((below) => below !== "");
  return problem("E_WORKING_DIRECTORY", wanted === undefined ? {} : { wanted });
}

function textOf(error: Error): string {
  const own = error instanceof Problem ? JSON.stringify(error.params) : error.message;
  return error.cause instanceof Error ? `${own}\n${textOf(error.cause)}` : own;
}

const belowNowhere = new RegExp(`${nowhere}/?([^"'\n]*)`, "g");
