/** Parts of a text, and the mask that is put over them. */

/** What stands in place of a secret. */
export const mask = "****";

export type TextRange = readonly [start: number, end: number];

/** Puts a mask over each range; they are in order and apart. */
export function covered(text: string, ranges: readonly TextRange[]): string {
  let masked = "";
  let at = 0;
  for (const [start, end] of ranges) {
    masked += text.slice(at, start) + mask;
    at = end;
  }
  return ranges.length === 0 ? text : masked + text.slice(at);
}

/** Where a global pattern is found next; the text's length where it is not. */
export function indexFrom(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  return found === null ? text.length : found.index;
}
