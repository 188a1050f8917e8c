import { expect, test } from "bun:test";
import type { Diagnostic } from "@vivarium/core/diagnostic";
import { excerptOf, withExcerpts } from "./excerpt.ts";

const pointedAt = ({ text, start, end }: ReturnType<typeof excerptOf>): string => text.slice(start - 1, end - 1);

test("a line that a terminal holds stays whole", () => {
  const line = { text: "a".repeat(400), start: 400, end: 401 };
  expect(excerptOf(line)).toEqual(line);
});

test.each([0, 10, 200_000, 399_995])("a line of 400 kB is a window around its column %p", (before) => {
  const text = `${"a".repeat(before)}HERE!${"b".repeat(399_995 - before)}`;
  const excerpt = excerptOf({ text, start: before + 1, end: before + 5 });
  expect(pointedAt(excerpt)).toBe("HERE");
  expect(excerpt.text.length).toBeLessThanOrEqual(202);
  expect([excerpt.text.startsWith("…"), excerpt.text.endsWith("…")]).toEqual([before > 100, before < 399_000]);
});

test("a place that is wider than the window is cut with it, and one behind the line stays at its end", () => {
  const text = "a".repeat(1000);
  expect(pointedAt(excerptOf({ text, start: 1, end: 1001 }))).toBe("a".repeat(200));
  expect(excerptOf({ text, start: 1001, end: 1002 })).toEqual({ text: `…${"a".repeat(200)}`, start: 202, end: 202 });
});

test("of a diagnostic as data only the text is cut: columns stay those of the line", () => {
  const bare: Diagnostic = { level: "error", code: "E_A", message: "it broke", causes: [], spans: [], fixes: [] };
  const span = { line: 1, column: 3, end_column: 900 };
  const { spans } = withExcerpts({ ...bare, spans: [{ ...span, text: "a".repeat(1000) }, span] });
  expect(spans).toEqual([{ ...span, text: `${"a".repeat(200)}…` }, span]);
});
