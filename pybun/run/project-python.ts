/** requires-python of the project that a directory is in: the nearest pyproject.toml (PEP 621). */
import { problemsOf } from "@vivarium/core/diagnostic";
import { type Specifiers, specifiersContain, tryParseSpecifiers } from "../versions/specifier.ts";
import { tryParseVersion } from "../versions/version.ts";
import type { runDiagnostics } from "./diagnostics.ts";
import { nearestProjectFile, type ProjectFile } from "./project-file.ts";

const problem = problemsOf<typeof runDiagnostics>();

export interface ProjectPython {
  readonly file: string;
  readonly text: string;
  readonly specifiers: Specifiers;
}

/** Undefined outside of projects and where the project does not say. @throws E_RUN_PROJECT_FILE */
export async function projectPython(cwd: string): Promise<ProjectPython | undefined> {
  const project = nearestProjectFile(cwd);
  return project === undefined ? undefined : pythonOf(project);
}

/** What the project requires, where that forbids this version. @throws E_RUN_PROJECT_FILE */
export async function forbiddenBy(project: ProjectFile, version: string): Promise<string | undefined> {
  const requires = await pythonOf(project);
  const parsed = tryParseVersion(version);
  if (requires === undefined || parsed === undefined) return undefined;
  return specifiersContain(requires.specifiers, parsed, { prereleases: true }) ? undefined : requires.text;
}

async function pythonOf({ file, text }: ProjectFile): Promise<ProjectPython | undefined> {
  const requires = await requiresPythonOf(text, file);
  if (requires === undefined) return undefined;
  const specifiers = tryParseSpecifiers(requires);
  if (specifiers === undefined) {
    throw problem("E_RUN_PROJECT_FILE", { file, reason: `requires-python '${requires}' is no version specifier` });
  }
  return { file, text: requires, specifiers };
}

/** @throws E_RUN_PROJECT_FILE for a file that is no TOML, or a value that is no text */
async function requiresPythonOf(text: string, file: string): Promise<string | undefined> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    const project = parse(text)["project"];
    const value = typeof project === "object" && project !== null ? Reflect.get(project, "requires-python") : undefined;
    if (value === undefined || typeof value === "string") return value;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Its message goes on with the line, which the span shows.
    const [reason = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    const spans = [{ file, line: error.line, column: error.column }];
    throw problem("E_RUN_PROJECT_FILE", { file, reason: `it is no TOML: ${reason}` }, { spans });
  }
  throw problem("E_RUN_PROJECT_FILE", { file, reason: "requires-python is no string" });
}
