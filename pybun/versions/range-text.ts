/**
 * Ranges as people write them: `>=1.2,<2`, alternatives joined by `|`, `*` for every version, `∅` for none.
 *
 * Cuts of ranges lie between versions (specifier-range.ts), so one text can stand for cuts that differ in whether
 * pre-releases, post releases or local versions at the bound are in. The text says what a reader would have written.
 */
import { KEY_END } from "./version-key.ts";
import { readCut } from "./version-key-text.ts";

/** The text of a range. `textOf` gives the spelling of a release by its key, where the caller knows better. */
export function formatRange(
  range: readonly string[],
  textOf: (key: string) => string | undefined = () => undefined,
): string {
  if (range.length === 0) return "∅";
  if (range.length === 2 && range[0] === "" && range[1] === KEY_END) return "*";
  const holes = holesOf(range, textOf);
  if (holes !== undefined) return holes;
  const parts: string[] = [];
  for (let i = 0; i < range.length; i += 2) parts.push(formatInterval(range[i] ?? "", range[i + 1] ?? KEY_END, textOf));
  return parts.join(" | ");
}

type TextOf = (key: string) => string | undefined;

function formatInterval(from: string, to: string, textOf: TextOf): string {
  if (isExact(from, to)) return `==${textOf(from) ?? readCut(from).text}`;
  const parts: string[] = [];
  if (from !== "") parts.push(formatLower(from, textOf));
  if (to !== KEY_END) parts.push(formatUpper(to, textOf));
  return parts.join(",");
}

function formatLower(from: string, textOf: TextOf): string {
  const cut = readCut(from);
  return cut.behind ? `>${cut.text}` : `>=${textOf(from) ?? cut.text}${cut.stop === "local" ? "" : ".dev0"}`;
}

function formatUpper(to: string, textOf: TextOf): string {
  const cut = readCut(to);
  return cut.behind ? `<=${cut.text}` : `<${textOf(to) ?? cut.text}`;
}

/** Whether an interval is one release with its local versions. */
function isExact(from: string, to: string): boolean {
  return to === from + KEY_END || (from.endsWith("%") && to === from.slice(0, -1) + KEY_END);
}

/** Everything but single releases reads best as `!=1.5,!=1.6`, with the outer bounds before. */
function holesOf(range: readonly string[], textOf: TextOf): string | undefined {
  if (range.length < 4) return undefined;
  const excluded: string[] = [];
  for (let i = 1; i + 1 < range.length; i += 2) {
    const from = range[i] ?? "";
    if (!isExact(from, range[i + 1] ?? "")) return undefined;
    excluded.push(`!=${textOf(from) ?? readCut(from).text}`);
  }
  const outer = formatInterval(range[0] ?? "", range.at(-1) ?? KEY_END, textOf);
  return [outer, ...excluded].filter((part) => part !== "").join(",");
}
