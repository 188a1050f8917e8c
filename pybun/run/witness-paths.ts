/** What a remembered choice of interpreter or packages depends on, as paths: one that changes makes the memory void. */
import { delimiter, join } from "node:path";
import type { Environment, Platform } from "@vivarium/core/paths";
import { pipConfigFiles } from "../index/pip-config.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { upwards } from "./existing-environment.ts";

export interface WitnessScene {
  readonly environment: Environment;
  readonly cwd: string;
}

/** Whatever could make another interpreter the first match. */
export function interpreterWitnesses(
  { environment, cwd }: WitnessScene,
  found: Pick<Interpreter, "path" | "realPath"> | undefined,
): readonly string[] {
  const places = (environment["PATH"] ?? "").split(delimiter).filter((place) => place !== "");
  const root = environment["PYENV_ROOT"] || join(environment["HOME"] ?? "/", ".pyenv");
  const pyenv = [join(root, "version"), join(root, "versions"), ...pinsFrom(environment["PYENV_DIR"] ?? cwd)];
  return [...places, ...pyenv, ...pinsFrom(cwd), ...(found === undefined ? [] : [found.path, found.realPath])];
}

const pinsFrom = (directory: string): readonly string[] =>
  [...upwards(directory)].map((place) => join(place, ".python-version"));

/** Files that pip reads its settings from: they decide packages. */
export function settingWitnesses(environment: Environment, platform: Platform): readonly string[] {
  return pipConfigFiles({ environment, home: environment["HOME"] ?? "/", platform });
}
