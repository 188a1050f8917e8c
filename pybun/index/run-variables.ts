/**
 * The variables that every run looks at, apart from all that has to do with packages, which few runs load.
 */
import type { Environment } from "@vivarium/core/paths";
import { truthOf, variable } from "./setting-values.ts";

/** A run without network: `--offline`, or UV_OFFLINE. @throws E_SETTING_INVALID */
export function isOffline({ offline, environment }: { offline: boolean; environment: Environment }): boolean {
  // Read even where the flag decides: a ban that is misspelt would be none without the flag.
  return truthOf(variable(environment, "UV_OFFLINE")) === true || offline;
}

/** What `--python` or else UV_PYTHON asks for, and which of them it is, as options of the search for an interpreter. */
export function pythonRequest(
  flag: string | undefined,
  environment: Environment,
): { readonly request?: string; readonly origin?: string } {
  if (flag !== undefined) return { request: flag };
  const given = variable(environment, "UV_PYTHON");
  return given === undefined ? {} : { request: given.value, origin: given.source };
}

/** The files of `--env-file`, or else of UV_ENV_FILE. @throws E_SETTING_INVALID */
export function envFiles(flags: readonly string[], environment: Environment): readonly string[] {
  if (flags.length > 0) return flags;
  if (truthOf(variable(environment, "UV_NO_ENV_FILE")) === true) return [];
  return variable(environment, "UV_ENV_FILE")?.value.split(/\s+/) ?? [];
}
