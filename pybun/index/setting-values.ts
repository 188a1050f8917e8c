/** How values of variables and of pip's files are read; what cannot be read is E_SETTING_INVALID, never passed over. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Environment } from "@vivarium/core/paths";
import { redactMessage } from "@vivarium/core/redact";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { Sourced } from "./index-config.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export function invalidSetting({ source }: Sourced, reason: string): Error {
  return problem("E_SETTING_INVALID", { source, reason });
}

/** Empty variables count as unset. */
export function variable(environment: Environment, name: string): Sourced | undefined {
  const value = environment[name]?.trim();
  return value === undefined || value === "" ? undefined : { value, source: name };
}

/** The words that uv and pip take. @throws E_SETTING_INVALID */
export function truthOf(setting: Sourced | undefined): boolean | undefined {
  if (setting === undefined) return undefined;
  const word = setting.value.trim().toLowerCase();
  if (/^(?:1|true|yes|on|y|t)$/.test(word)) return true;
  if (/^(?:0|false|no|off|n|f)$/.test(word)) return false;
  throw invalidSetting(setting, `'${redactMessage(setting.value)}' is neither true nor false`);
}

/** A whole number, 0 or more. @throws E_SETTING_INVALID */
export function countOf(setting: Sourced | undefined): number | undefined {
  if (setting === undefined) return undefined;
  if (/^\d{1,6}$/.test(setting.value.trim())) return Number(setting.value);
  throw invalidSetting(setting, `'${redactMessage(setting.value)}' is no whole number`);
}

/** @throws E_SETTING_INVALID */
export function choiceOf<T extends string>(setting: Sourced | undefined, choices: readonly T[]): T | undefined {
  if (setting === undefined) return undefined;
  const found = choices.find((choice) => choice === setting.value.trim());
  if (found !== undefined) return found;
  throw invalidSetting(setting, `'${redactMessage(setting.value)}' is none of ${choices.join(", ")}`);
}

/** Parted by white space or commas, as uv reads its variables. @throws E_SETTING_INVALID */
export const listOf = (setting: Sourced | undefined): string[] => partsOf(setting, /[\s,]+/);

/** Values that hold several URLs or places are parted by white space. @throws E_SETTING_INVALID */
export const wordsOf = (setting: Sourced | undefined): string[] => partsOf(setting, /\s+/);

/** Digits behind the colon pass for a port where a blank follows; what has an `@` then, and no scheme, is the rest of a password. */
const partedPassword = /:[/\\]+[^\s/@:]*:\d+(?:\s+(?!\S*:[/\\])[^\s@]+)*\s+(?!\S*:[/\\]|[./~])\S+@/i;

/** Never in the middle of a password: its halves would pass for addresses, and be told. */
function partsOf(setting: Sourced | undefined, between: RegExp): string[] {
  if (setting === undefined) return [];
  const parts = setting.value.split(between);
  // A line's end is as good as a blank here.
  const masked = redactMessage(setting.value.replaceAll(/\s/g, " "));
  if (masked.split(between).length !== parts.length || partedPassword.test(setting.value))
    throw invalidSetting(setting, "the password of a URL has white space or a comma in it: write %20 or %2C");
  return parts.filter((word) => word !== "");
}
