/**
 * Ranges as people write them: `>=1.2,<2`, alternatives joined by `|`, `*` for every version, `∅` for none.
 *
 * Cuts of ranges lie between versions (specifier-range.ts), so one text can stand for cuts that differ in whether
 * pre-releases, post releases or local versions at the bound are in. The text says what a reader would have written.
 */
import { KEY_END } from "./version-key.ts";
import { type CutText, readCut } from "./version-key-text.ts";

/** Answers how a release is spelled, by its key; undefined where the caller does not know it. */
export type SpellRelease = (key: string) => string | undefined;

/** The text of a range, given as its cuts. `spell` gives the spelling of releases, which keys have lost. */
export function formatRange(cuts: readonly string[], spell: SpellRelease = () => undefined): string {
  if (cuts.length === 0) return "∅";
  const intervals = pairsOf(cuts);
  const excluded = pairsOf(cuts.slice(1, -1)).map(([from, to]) => blockText(from, to, spell));
  // Everything but a few releases reads best as bounds and exclusions.
  if (excluded.length > 0 && excluded.every((text) => text !== undefined)) {
    const outer = boundsText(cuts[0] ?? "", cuts.at(-1) ?? KEY_END, spell);
    return [...outer, ...excluded.map((text) => `!=${text}`)].join(",");
  }
  return intervals.map(([from, to]) => intervalText(from, to, spell)).join(" | ");
}

function pairsOf(cuts: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < cuts.length; i += 2) pairs.push([cuts[i] ?? "", cuts[i + 1] ?? KEY_END]);
  return pairs;
}

function intervalText(from: string, to: string, spell: SpellRelease): string {
  const block = blockText(from, to, spell);
  if (block !== undefined) return `==${block}`;
  return boundsText(from, to, spell).join(",") || "*";
}

/** What stands behind `==` for an interval that is one release with its local versions, or all that begins alike. */
function blockText(from: string, to: string, spell: SpellRelease): string | undefined {
  if (from === "" || to === KEY_END) return undefined;
  const start = readCut(from);
  if (to === from + KEY_END || (start.stop === "local" && to === from.slice(0, -1) + KEY_END)) {
    return spell(from) ?? start.text;
  }
  const end = readCut(to);
  const isPrefix = start.stop === "release-end" && end.stop === "release" && end.behind;
  return isPrefix && withoutZeros(start.text) === withoutZeros(end.text) ? `${end.text}.*` : undefined;
}

function boundsText(from: string, to: string, spell: SpellRelease): string[] {
  const bounds: string[] = [];
  if (from !== "") bounds.push(lowerText(readCut(from), spell(from)));
  if (to !== KEY_END) bounds.push(upperText(readCut(to), spell(to)));
  return bounds;
}

function lowerText(cut: CutText, spelled: string | undefined): string {
  if (cut.behind) return cut.stop === "release" ? `>=${nextPrefix(cut.text)}` : `>${cut.text}`;
  return cut.stop === "local" ? `>=${spelled ?? cut.text}` : `>=${cut.text}.dev0`;
}

function upperText(cut: CutText, spelled: string | undefined): string {
  if (cut.behind) return cut.stop === "release" ? `<${nextPrefix(cut.text)}` : `<=${cut.text}`;
  return `<${spelled ?? cut.text}`;
}

/** Behind everything that begins with 1.4 comes 1.5. */
function nextPrefix(release: string): string {
  return release.replace(/\d+$/, (last) => String(BigInt(last) + 1n));
}

function withoutZeros(release: string): string {
  return release.replace(/(?:\.0)+$/, "");
}
