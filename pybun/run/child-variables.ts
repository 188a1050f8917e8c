/**
 * The variables that the program gets.
 *
 * As after `activate` of the environment: VIRTUAL_ENV names it, its scripts are first on PATH, PYTHONHOME is unset (it
 * would send the interpreter to another standard library). Of an interpreter that is in no environment the scripts come
 * first too, unless PATH leads to it anyway. A VIRTUAL_ENV of the caller that is not what runs must not
 * leak: installers started by the program would write there. All else is the caller's.
 */

export interface ChildVariables {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Prefix of the virtual environment that runs; empty for an interpreter that is in none. */
  readonly prefix: string;
  /** The directory of scripts that comes first on PATH; empty where PATH stays as it is. */
  readonly scripts: string;
}

export function childVariables({ environment, prefix, scripts }: ChildVariables): Record<string, string> {
  const child: Record<string, string> = {};
  for (const name of Object.keys(environment)) {
    const value = environment[name];
    if (value !== undefined && !dropped.has(name)) child[name] = value;
  }
  if (prefix !== "") {
    delete child["PYTHONHOME"];
    child["VIRTUAL_ENV"] = prefix;
  }
  if (scripts === "") return child;
  const separator = process.platform === "win32" ? ";" : ":";
  const path = child["PATH"] ?? "";
  const isFirst = path === scripts || path.startsWith(scripts + separator);
  child["PATH"] = isFirst ? path : path === "" ? scripts : `${scripts}${separator}${path}`;
  return child;
}

/**
 * BUN_*: change what a Bun executable does. __PYVENV_LAUNCHER__: makes macOS's python take itself for another one.
 * _PYBUN_RUN: is a word from us to ourselves (started-again.ts).
 */
const dropped: ReadonlySet<string> = new Set([
  "_PYBUN_RUN",
  "BUN_OPTIONS",
  "BUN_BE_BUN",
  "__PYVENV_LAUNCHER__",
  "VIRTUAL_ENV",
  "VIRTUAL_ENV_PROMPT",
]);
