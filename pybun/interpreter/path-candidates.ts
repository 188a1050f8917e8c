/**
 * Programs on PATH that may be the interpreter asked for, in the order in which they are tried. Only names are
 * composed and asked for with one stat each; no directory is listed.
 *
 * Without a version, `python3` and `python` of all directories come first, so that what a person gets by typing
 * `python3` is what runs; versioned names follow, newest first. With a version, `pythonX.Y` comes first.
 * Shims of pyenv are replaced by what pyenv would run.
 */
import { join } from "node:path";
import type { Environment, Platform } from "@vivarium/core/paths";
import { isExecutable } from "./file-identity.ts";
import { pyenvRootOfShim, resolvePyenvShim } from "./pyenv.ts";

export interface SearchScene {
  readonly environment: Environment;
  readonly cwd: string;
  readonly platform: Platform;
}

/** Versions whose names are tried when any version will do, newest first. */
const minorNewest = 15;
/** CPython 3.9 is the oldest that is supported. */
export const minorOldest = 9;

/** The names to try for a release such as `[3, 12]`, or for any. */
export function programNames(release: readonly number[] | undefined, freeThreaded: boolean): readonly string[][] {
  const [major = 3, minor] = release ?? [];
  const suffix = freeThreaded ? "t" : "";
  if (minor !== undefined) return [[`python${major}.${minor}${suffix}`, `python${major}`, "python"]];
  const versioned: string[] = [];
  for (let other = minorNewest; other >= minorOldest; other--) versioned.push(`python3.${other}${suffix}`);
  return [[`python${major}`, "python"], versioned];
}

/** Programs of these names on PATH: for each group of names, directory by directory. */
export function* programsOnPath(groups: readonly (readonly string[])[], scene: SearchScene): Generator<string> {
  const directories = searchPath(scene);
  for (const names of groups) {
    for (const directory of directories) {
      for (const name of names) {
        const found = lookUp(directory, name, scene);
        if (found !== undefined) yield found;
      }
    }
  }
}

function searchPath({ environment, platform }: SearchScene): readonly string[] {
  const text = environment["PATH"] ?? environment["Path"] ?? "";
  const directories = text.split(platform === "win32" ? ";" : ":").filter((directory) => directory !== "");
  return [...new Set(directories)];
}

function lookUp(directory: string, name: string, scene: SearchScene): string | undefined {
  const program = join(directory, scene.platform === "win32" ? `${name}.exe` : name);
  // Windows' store aliases are no interpreters: they open the shop.
  if (scene.platform === "win32" && /[\\/]WindowsApps[\\/]/i.test(program)) return undefined;
  if (!isExecutable(program)) return undefined;
  const root = pyenvRootOfShim(program);
  return root === undefined ? program : resolvePyenvShim(root, name, scene);
}
