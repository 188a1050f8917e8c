/**
 * The variables that the program gets.
 *
 * As after `activate` of the environment: VIRTUAL_ENV names it, its scripts are first on PATH, PYTHONHOME is unset (it
 * would send the interpreter to another standard library). A VIRTUAL_ENV of the caller that is not what runs must not
 * leak: installers started by the program would write there. All else is the caller's.
 */

export interface ChildVariables {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Prefix of the virtual environment that runs; empty for an interpreter that is in none. */
  readonly prefix: string;
  readonly scripts?: string;
}

export function childVariables({ environment, prefix, scripts = "bin" }: ChildVariables): Record<string, string> {
  const child: Record<string, string> = {};
  for (const name of Object.keys(environment)) {
    const value = environment[name];
    if (value !== undefined && !dropped.has(name)) child[name] = value;
  }
  if (prefix === "") return child;
  delete child["PYTHONHOME"];
  child["VIRTUAL_ENV"] = prefix;
  const separator = process.platform === "win32" ? ";" : ":";
  const first = `${prefix}${process.platform === "win32" ? "\\" : "/"}${scripts}`;
  const path = child["PATH"] ?? "";
  const isFirst = path === first || path.startsWith(first + separator);
  child["PATH"] = isFirst ? path : path === "" ? first : `${first}${separator}${path}`;
  return child;
}

/** BUN_*: change what a Bun executable does. __PYVENV_LAUNCHER__: makes macOS's python take itself for another one. */
const dropped: ReadonlySet<string> = new Set([
  "BUN_OPTIONS",
  "BUN_BE_BUN",
  "__PYVENV_LAUNCHER__",
  "VIRTUAL_ENV",
  "VIRTUAL_ENV_PROMPT",
]);
