/** What a remembered choice of interpreter or packages depends on, as paths: one that changes makes the memory void. */
import { lstatSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Environment, Platform } from "@vivarium/core/paths";
import { pipConfigFiles } from "../index/pip-config.ts";
import { isAbsence } from "../interpreter/file-identity.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { programNames } from "../interpreter/path-candidates.ts";
import { pyenvRootOfShim } from "../interpreter/pyenv.ts";
import { placeOfRequest } from "../interpreter/request.ts";
import { activeVariables, upwards } from "./existing-environment.ts";
import { uvFilePaths } from "./uv-files.ts";

export interface WitnessScene {
  readonly environment: Environment;
  readonly cwd: string;
  /** What a flag or a variable asks for. */
  readonly request?: string | undefined;
}

/** All that may decide what `pybun run` starts and is known before anything was read. */
export function runInputs(scene: WitnessScene & { readonly platform: Platform }): readonly string[] {
  const { cwd, environment } = scene;
  const around = [...projectEnvironments(cwd), ...projectFiles(cwd), ...activeConfigurations(environment)];
  return [...interpreterWitnesses(scene, undefined), ...around, ...settingWitnesses(scene)];
}

/** The same for `pybun env create`, which has nothing to do with environments that are there. */
export function creationInputs(scene: WitnessScene & { readonly platform: Platform }): readonly string[] {
  return [...interpreterWitnesses(scene, undefined), ...projectFiles(scene.cwd), ...settingWitnesses(scene)];
}

/** Whatever could make another interpreter the first match. */
export function interpreterWitnesses(
  { environment, cwd, request }: WitnessScene,
  found: Pick<Interpreter, "path" | "realPath"> | undefined,
): readonly string[] {
  const places = (environment["PATH"] ?? "").split(delimiter).filter((place) => place !== "");
  const root = environment["PYENV_ROOT"] || join(environment["HOME"] ?? "/", ".pyenv");
  const programs = places.flatMap(programsIn);
  const pyenv = [join(root, "version"), join(root, "versions"), ...pinsFrom(environment["PYENV_DIR"] ?? cwd)];
  return [
    ...places,
    ...programs,
    ...pyenv,
    ...pinsFrom(cwd),
    ...(request === undefined ? [] : placesOfRequest(request, cwd)),
    ...(found === undefined ? [] : [found.path, found.realPath]),
  ];
}

/** What is called by the name of a program goes before it, as soon as it has an interpreter. */
function placesOfRequest(request: string, cwd: string): readonly string[] {
  const place = placeOfRequest(request, cwd);
  return place === undefined ? [] : [place, join(place, "bin")];
}

const names = new Set([false, true].flatMap((freeThreaded) => programNames(undefined, freeThreaded).flat()));

/**
 * A directory does not change with what its links lead to: a program that leads nowhere or to a Python that is too old
 * is passed over today, and may be the first match tomorrow. A shim of pyenv leads where pyenv's own files say.
 */
function programsIn(place: string): readonly string[] {
  const paths = [...names].map((name) => join(place, name));
  return paths.filter((path) => isThere(path) && pyenvRootOfShim(path) === undefined);
}

/** Also where it leads nowhere. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** Where the project around may be, which has a say in the choice of an interpreter. */
export const projectFiles = (directory: string): readonly string[] =>
  [...upwards(directory)].map((place) => join(place, "pyproject.toml"));

export const projectEnvironments = (directory: string): readonly string[] =>
  [...upwards(directory)].map((place) => join(place, ".venv", "pyvenv.cfg"));

/** Of the environments that variables name. */
export const activeConfigurations = (environment: Environment): readonly string[] =>
  activeVariables.flatMap((name) => environment[name] ?? []).map((prefix) => join(prefix, "pyvenv.cfg"));

const pinsFrom = (directory: string): readonly string[] =>
  [...upwards(directory)].map((place) => join(place, ".python-version"));

/** Files that pip and uv read their settings from: they decide packages, or are told of. */
export function settingWitnesses({ environment, platform, cwd }: WitnessScene & { readonly platform: Platform }) {
  const home = environment["HOME"] ?? "/";
  return [...pipConfigFiles({ environment, home, platform }), ...uvFilePaths({ environment, home, cwd })];
}
