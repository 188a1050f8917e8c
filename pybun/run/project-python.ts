/** requires-python of the project that a directory is in: the nearest pyproject.toml (PEP 621). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { type Specifiers, tryParseSpecifiers } from "../versions/specifier.ts";
import type { runDiagnostics } from "./diagnostics.ts";
import { upwards } from "./existing-environment.ts";

const problem = problemsOf<typeof runDiagnostics>();

export interface ProjectPython {
  readonly file: string;
  readonly text: string;
  readonly specifiers: Specifiers;
}

/** Undefined outside of projects and where the project does not say. @throws E_RUN_PROJECT_FILE */
export async function projectPython(cwd: string): Promise<ProjectPython | undefined> {
  for (const directory of upwards(cwd)) {
    const file = join(directory, "pyproject.toml");
    const text = readIfPresent(file);
    if (text === undefined) continue;
    const requires = /requires-python/.test(text) ? await requiresPythonOf(text, file) : undefined;
    if (requires === undefined) return undefined;
    const specifiers = tryParseSpecifiers(requires);
    if (specifiers === undefined) {
      throw problem("E_RUN_PROJECT_FILE", { file, reason: `requires-python '${requires}' is no version specifier` });
    }
    return { file, text: requires, specifiers };
  }
  return undefined;
}

async function requiresPythonOf(text: string, file: string): Promise<string | undefined> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    const project = parse(text)["project"];
    const value = typeof project === "object" && project !== null ? Reflect.get(project, "requires-python") : undefined;
    return typeof value === "string" ? value : undefined;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const spans = [{ file, line: error.line, column: error.column }];
    throw problem("E_RUN_PROJECT_FILE", { file, reason: "it is not valid TOML" }, { spans, cause: error });
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR" || errno === "EACCES") return undefined;
    throw error;
  }
}
