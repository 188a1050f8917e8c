/**
 * A date, a time or a span up to now as a person writes it: the value of `--exclude-newer` and of `exclude-newer` in a
 * script's block. Spans are those of uv: `7 days`, `1 week 2d`, `2h30m ago`, or ISO 8601 without years and months, which
 * have no fixed length.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { versionsDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
const datePattern = /^\d{4}-\d\d-\d\d/;
const timePattern = /^[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** Milliseconds since 1970, or how long before the time of use. */
export type Moment = { readonly ms: number } | { readonly spanMs: number };

/**
 * Milliseconds since 1970. A span of a day or more counts back from the full hour, so that resolutions that follow each
 * other ask the same and remember it.
 */
export function momentMs(moment: Moment, nowMs: number): number {
  if ("ms" in moment) return moment.ms;
  return (moment.spanMs < dayMs ? nowMs : nowMs - (nowMs % hourMs)) - moment.spanMs;
}

/**
 * A date stands for its whole day in UTC, so that the same command gives the same pins
 * everywhere; a time must have an offset, for the same reason. Undefined for what is none of these, and for a day that no
 * month has, which `Date.parse` takes for one of the next month.
 */
export function tryParseMoment(text: string): Moment | undefined {
  const ms = parseDate(text);
  if (ms !== undefined) return { ms };
  const spanMs = parseSpan(text);
  return spanMs === undefined ? undefined : { spanMs };
}

const whole = String.raw`(\d{1,6})`;
/** Only the units of a day can be broken. */
const broken = String.raw`(\d{1,6}(?:\.\d+)?)`;

/** The longest unit first, each at most once. */
const friendly = new RegExp(
  `^(?:${whole}\\s*(?:weeks?|wks?|w))?(?:,?\\s*${whole}\\s*(?:days?|d))?(?:,?\\s*${broken}\\s*(?:hours?|hrs?|h))?` +
    `(?:,?\\s*${broken}\\s*(?:minutes?|mins?|m))?(?:,?\\s*${broken}\\s*(?:seconds?|secs?|s))?(?:\\s+ago)?$`,
);
const iso = new RegExp(
  `^P(?=.*[WDHMS]$)(?:${whole}W)?(?:${whole}D)?(?:T(?:${broken}H)?(?:${broken}M)?(?:${broken}S)?)?$`,
  "i",
);
const unitsMs = [7 * dayMs, dayMs, hourMs, hourMs / 60, 1000] as const;

function parseSpan(text: string): number | undefined {
  const [, ...counts] = friendly.exec(text.trim()) ?? iso.exec(text.trim()) ?? [];
  if (counts.every((count) => count === undefined)) return undefined;
  return unitsMs.reduce((sum, unitMs, place) => sum + Number(counts[place] ?? 0) * unitMs, 0);
}

function parseDate(text: string): number | undefined {
  const [date = ""] = datePattern.exec(text) ?? [];
  const time = text.slice(date.length);
  const isDate = date !== "" && time === "";
  if (!isDay(date) || !(isDate || timePattern.test(time))) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  return isDate ? ms + dayMs - 1 : ms;
}

/** The same; `source` is the option, for the message. @throws E_MOMENT_INVALID */
export function parseMoment(text: string, source: string): Moment {
  const moment = tryParseMoment(text);
  if (moment === undefined) throw problem("E_MOMENT_INVALID", { source, text });
  return moment;
}

function isDay(date: string): boolean {
  const ms = Date.parse(date);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
