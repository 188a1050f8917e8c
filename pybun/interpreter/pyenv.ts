/**
 * pyenv's shims, resolved by pyenv's rules without running them (a shim costs about 50 ms a start).
 *
 * A shim is a small script in `$PYENV_ROOT/shims` that runs `pyenv exec NAME`. pyenv takes the versions from
 * PYENV_VERSION (separated by colons), else the nearest `.python-version`, else `$PYENV_ROOT/version`, else `system`;
 * the first version that has the program wins, and after them `system`, the PATH without the shims. A version that
 * is not installed under its exact name is a prefix: the newest installed release that begins with it.
 * Source: pyenv's `pyenv-which`, `pyenv-version-name`, `pyenv-version-file` and `pyenv-latest`.
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment } from "@vivarium/core/paths";
import { isAbsence, isDirectory, isExecutable, readTextIfPresent } from "./file-identity.ts";
import { findVersionPin, firstWordOf, readVersionFile } from "./python-version-file.ts";

export interface PyenvScene {
  readonly environment: Environment;
  readonly cwd: string;
}

/** The root of the pyenv installation that a program of a PATH directory belongs to, if it is one of its shims. */
export function pyenvRootOfShim(program: string): string | undefined {
  if (!dirname(program).endsWith("shims")) return undefined;
  const text = readTextIfPresent(program);
  if (text === undefined || !text.startsWith("#!") || !text.includes("pyenv")) return undefined;
  return /^export PYENV_ROOT="([^"]+)"$/m.exec(text)?.[1] ?? dirname(dirname(program));
}

/**
 * The program that a shim of this name would run, or undefined where pyenv would go on to `system` (the search of
 * PATH goes on without the shims) or fail.
 */
export function resolvePyenvShim(root: string, name: string, scene: PyenvScene): string | undefined {
  for (const version of activeVersions(root, scene)) {
    if (version === "system") return undefined;
    const directory = installedVersion(root, version);
    if (directory === undefined) continue;
    const program = join(directory, "bin", name);
    if (isExecutable(program)) return program;
  }
  return undefined;
}

function activeVersions(root: string, { environment, cwd }: PyenvScene): readonly string[] {
  const named = environment["PYENV_VERSION"];
  if (named !== undefined && named !== "") return named.split(":").filter((word) => word !== "");
  const start = environment["PYENV_DIR"] || cwd;
  const pin = findVersionPin(start, "linux") ?? findVersionPin(cwd, "linux") ?? readVersionFile(join(root, "version"));
  return pin?.versions.map(firstWordOf) ?? ["system"];
}

/** The directory of a version by its name or prefix. A name that would leave the directory of versions is refused. */
function installedVersion(root: string, name: string): string | undefined {
  if (name.split("/").includes("..") || name.startsWith("/")) return undefined;
  const bare = name.replace(/^python-/, "");
  for (const candidate of [name, bare]) {
    const directory = join(root, "versions", candidate);
    if (isDirectory(directory)) return directory;
  }
  const latest = newestWithPrefix(pyenvVersionNames(root), bare);
  return latest === undefined ? undefined : join(root, "versions", latest);
}

function newestWithPrefix(names: readonly string[], wanted: string): string | undefined {
  const suffix = /\dt$/.test(wanted) ? "t" : "";
  const prefix = suffix === "" ? wanted : wanted.slice(0, -1);
  const unreleased = /(?:-dev|-src|-latest|(?:a|b|rc)\d+)$/;
  return names
    .filter((name) => name.startsWith(`${prefix}.`) || name.startsWith(`${prefix}-`))
    .filter((name) => (suffix === "t" ? name.endsWith("t") : !/\dt$/.test(name)))
    .filter((name) => !unreleased.test(name))
    .sort(compareNumbersDescending)[0];
}

function compareNumbersDescending(a: string, b: string): number {
  return b.localeCompare(a, "en", { numeric: true });
}

function pyenvVersionNames(root: string): readonly string[] {
  try {
    return readdirSync(join(root, "versions"));
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

/**
 * Interpreters that pyenv has installed, newest first, active or not: the last place to look. Directories whose names
 * are no versions (virtual environments, other implementations) are left out.
 */
export function pyenvInstallations(environment: Environment): readonly { version: string; program: string }[] {
  const home = environment["HOME"];
  const root = environment["PYENV_ROOT"] || (home === undefined ? undefined : join(home, ".pyenv"));
  if (root === undefined) return [];
  return pyenvVersionNames(root)
    .filter((name) => /^\d+\.\d+(?:\.\d+)?t?$/.test(name))
    .sort(compareNumbersDescending)
    .map((version) => ({ version, program: join(root, "versions", version, "bin", "python") }));
}
