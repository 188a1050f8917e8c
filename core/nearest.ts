/**
 * "Did you mean …?", once for options, commands and package names.
 *
 * The distance is Damerau–Levenshtein in its optimal string alignment form: insertions, deletions, substitutions and
 * swaps of neighbours cost one each, and no part is edited twice. Swaps count because they are the commonest slip.
 */

/** The fewest single edits that turn `a` into `b`; UTF-16 code units. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      current.push(cellCost({ a, b, row, column, current, last, beforeLast }));
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

interface Cell {
  readonly a: string;
  readonly b: string;
  readonly row: number;
  readonly column: number;
  readonly current: readonly number[];
  readonly last: readonly number[];
  readonly beforeLast: readonly number[];
}

function cellCost({ a, b, row, column, current, last, beforeLast }: Cell): number {
  const at = (line: readonly number[], index: number): number => line[index] ?? Number.POSITIVE_INFINITY;
  const same = a[row - 1] === b[column - 1];
  const edited = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
  const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
  return swapped ? Math.min(edited, at(beforeLast, column - 2) + 1) : edited;
}

/**
 * The candidates close enough to `word` to be what was meant, the closest first, at most `limit` (3). Close enough is
 * a third of the longer word's length and at least one edit; ignoring case, since a slip of Shift is no edit.
 */
export function nearest(word: string, candidates: Iterable<string>, { limit = 3 } = {}): readonly string[] {
  const wanted = word.toLowerCase();
  const found: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const distanceMax = Math.max(1, Math.floor(Math.max(candidate.length, word.length) / 3));
    if (Math.abs(candidate.length - word.length) > distanceMax) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= distanceMax) found.push({ candidate, distance });
  }
  found.sort((x, y) => x.distance - y.distance || (x.candidate < y.candidate ? -1 : 1));
  return found.slice(0, limit).map(({ candidate }) => candidate);
}
