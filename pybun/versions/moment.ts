/** A date or time as a person writes it: the value of `--exclude-newer` and of `exclude-newer` in a script's block. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { versionsDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

const dayMs = 24 * 60 * 60 * 1000;
const datePattern = /^\d{4}-\d\d-\d\d/;
const timePattern = /^[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/**
 * Milliseconds since 1970. A date stands for its whole day in UTC, so that the same command gives the same pins
 * everywhere; a time must have an offset, for the same reason. Undefined for what is neither, and for a day that no
 * month has, which `Date.parse` takes for one of the next month.
 */
export function tryParseMoment(text: string): number | undefined {
  const [date = ""] = datePattern.exec(text) ?? [];
  const time = text.slice(date.length);
  const isDate = date !== "" && time === "";
  if (!isDay(date) || !(isDate || timePattern.test(time))) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  return isDate ? ms + dayMs - 1 : ms;
}

/** The same; `source` is the option, for the message. @throws E_MOMENT_INVALID */
export function parseMoment(text: string, source: string): number {
  const ms = tryParseMoment(text);
  if (ms === undefined) throw problem("E_MOMENT_INVALID", { source, text });
  return ms;
}

function isDay(date: string): boolean {
  const ms = Date.parse(date);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
