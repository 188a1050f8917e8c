import { expect, test } from "bun:test";
import { momentMs, parseMoment } from "./moment.ts";

test.each([
  ["2026-01-31", "2026-01-31T23:59:59.999Z"],
  ["2024-02-29", "2024-02-29T23:59:59.999Z"],
  ["2026-01-31T12:00Z", "2026-01-31T12:00:00.000Z"],
  ["2026-01-31t12:00:01.5z", "2026-01-31T12:00:01.500Z"],
  ["2026-01-31 12:00:00+02:00", "2026-01-31T10:00:00.000Z"],
])("%p", (text, expected) => {
  const ms = momentMs(parseMoment(text, "--exclude-newer"), Number.NaN);
  expect(new Date(ms).toISOString()).toBe(expected);
});

const now = Date.parse("2026-03-10T12:34:56.789Z");

// As uv 0.13 takes them.
test.each([
  ["1 week", "2026-03-03T12:00:00.000Z"],
  ["1w", "2026-03-03T12:00:00.000Z"],
  ["7 days", "2026-03-03T12:00:00.000Z"],
  ["P7D", "2026-03-03T12:00:00.000Z"],
  ["p1w", "2026-03-03T12:00:00.000Z"],
  ["1 week 2 days ago", "2026-03-01T12:00:00.000Z"],
  ["1d, 2h", "2026-03-09T10:00:00.000Z"],
  ["P1DT2H", "2026-03-09T10:00:00.000Z"],
  ["PT24H", "2026-03-09T12:00:00.000Z"],
  ["2h30m", "2026-03-10T10:04:56.789Z"],
  ["PT1.5H", "2026-03-10T11:04:56.789Z"],
  ["10 min", "2026-03-10T12:24:56.789Z"],
  ["30 seconds", "2026-03-10T12:34:26.789Z"],
  ["0 days", "2026-03-10T12:34:56.789Z"],
])("%p counts back from now", (text, expected) => {
  expect(new Date(momentMs(parseMoment(text, "--exclude-newer"), now)).toISOString()).toBe(expected);
});

test.each([
  "",
  "bogus",
  "2026-02-30",
  "2026-02-29",
  "2026-13-01",
  "2026-02-30T12:00:00Z",
  "2026-01-31T25:00:00Z",
  "2026-01-31T12:00:00",
  "T12:00Z",
  "1 month",
  "P1M",
  "1 year",
  "P1Y",
  "1 WEEK",
  "1.5 days",
  "1 fortnight",
  "2 hours 1 day",
  "P",
  "PT",
  "P1DT",
  "7",
  "ago",
  "week",
])("%p is refused", (text) => {
  expect(() => parseMoment(text, "--exclude-newer")).toThrow("E_MOMENT_INVALID");
});
