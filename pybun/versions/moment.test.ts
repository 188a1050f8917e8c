import { expect, test } from "bun:test";
import { parseMoment } from "./moment.ts";

test.each([
  ["2026-01-31", "2026-01-31T23:59:59.999Z"],
  ["2024-02-29", "2024-02-29T23:59:59.999Z"],
  ["2026-01-31T12:00Z", "2026-01-31T12:00:00.000Z"],
  ["2026-01-31t12:00:01.5z", "2026-01-31T12:00:01.500Z"],
  ["2026-01-31 12:00:00+02:00", "2026-01-31T10:00:00.000Z"],
])("%p", (text, expected) => {
  expect(new Date(parseMoment(text, "--exclude-newer")).toISOString()).toBe(expected);
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
])("%p is refused", (text) => {
  expect(() => parseMoment(text, "--exclude-newer")).toThrow("E_MOMENT_INVALID");
});
