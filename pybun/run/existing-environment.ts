/** Environments that were there before us: PYBUN_ENV, VIRTUAL_ENV, CONDA_PREFIX, the nearest project's `.venv`. */
import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment, Platform } from "@vivarium/core/paths";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { readTextIfPresent } from "../interpreter/file-identity.ts";

export interface ExistingEnvironment {
  readonly prefix: string;
  readonly python: string;
  readonly scripts: string;
}

/** Undefined where the directory has no interpreter that can be executed. */
export function environmentAt(prefix: string, platform: Platform): ExistingEnvironment | undefined {
  const places =
    platform === "win32"
      ? [
          { scripts: "Scripts", python: join(prefix, "Scripts", "python.exe") },
          { scripts: ".", python: join(prefix, "python.exe") },
        ]
      : [
          { scripts: "bin", python: join(prefix, "bin", "python") },
          { scripts: "bin", python: join(prefix, "bin", "python3") },
        ];
  const found = places.find(({ python }) => isExecutable(python));
  return found === undefined ? undefined : { prefix, ...found };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (errnoOf(error) !== undefined) return false;
    throw error;
  }
}

/** Directories from `start` up to the root. */
export function* upwards(start: string): Generator<string> {
  for (let current = start; ; current = dirname(current)) {
    yield current;
    if (dirname(current) === current) return;
  }
}

export interface ProjectEnvironment {
  readonly found?: ExistingEnvironment;
  /** Nearer ones without an interpreter, by their prefixes. */
  readonly broken: readonly string[];
}

/** The `.venv` of the nearest directory from `cwd` up that has one which works, as uv looks for it. */
export function nearestProjectEnvironment(cwd: string, platform: Platform): ProjectEnvironment {
  const broken: string[] = [];
  for (const directory of upwards(cwd)) {
    const prefix = join(directory, ".venv");
    if (!existsSync(join(prefix, "pyvenv.cfg"))) continue;
    const found = environmentAt(prefix, platform);
    if (found !== undefined) return { found, broken };
    broken.push(prefix);
  }
  return { broken };
}

/** The version that a virtual environment's own file tells (PEP 405); undefined where it tells none. */
export function versionOf(prefix: string): string | undefined {
  const text = readTextIfPresent(join(prefix, "pyvenv.cfg")) ?? "";
  return /^version(?:_info)?\s*=\s*(\d+(?:\.\d+)*)/m.exec(text)?.[1];
}

/** The variables that name an active environment, in order. */
export const activeVariables = ["VIRTUAL_ENV", "CONDA_PREFIX"] as const;

export const activePrefix = (environment: Environment, variable: string): string | undefined =>
  environment[variable] || undefined;
