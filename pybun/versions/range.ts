/**
 * Sets of versions, as sorted disjoint half-open intervals of keys (version-key.ts). A range is a flat list of cuts,
 * `[from₀, to₀, from₁, to₁, …]`, each a string that is compared with `<`: a version is inside where
 * `from ≤ key < to`. Cuts need not be keys of versions. The least cut is `""`, the greatest {@link KEY_END}.
 *
 * Cuts are strictly increasing, so equal sets of cuts are equal lists, and all set operations are one merge.
 */
import { KEY_END } from "./version-key.ts";

export { formatRange } from "./range-text.ts";

/** Sorted disjoint intervals of version keys; see the head of range.ts. */
export type VersionRange = readonly string[];

/** Every version. */
export const anyVersion: VersionRange = ["", KEY_END];

/** No version at all. */
export const noVersion: VersionRange = [];

/** The interval from one cut (included) to another (excluded); empty where they are not in order. */
export function rangeBetween(from: string, to: string): VersionRange {
  return from < to ? [from, to] : noVersion;
}

/** The range that holds exactly the versions with this key. */
export function rangeOf(version: { readonly key: string }): VersionRange {
  // No key is a prefix of another, so nothing sorts between a key and the same key with a character appended.
  return [version.key, version.key + KEY_END];
}

/** Whether the version of this key is in the range. */
export function rangeContains(range: VersionRange, key: string): boolean {
  // A binary search for the number of cuts at or below the key: inside where that is odd.
  let low = 0;
  let high = range.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (atOrBelow(range, middle, key)) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

/** Versions that are in both ranges. */
export function intersectRanges(a: VersionRange, b: VersionRange): VersionRange {
  if (isAny(a)) return b;
  if (isAny(b)) return a;
  return mergeRanges(a, b, 2);
}

/** Versions that are in either range. */
export function uniteRanges(a: VersionRange, b: VersionRange): VersionRange {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return mergeRanges(a, b, 1);
}

/** Versions that are not in the range. */
export function complementRange(range: VersionRange): VersionRange {
  const cuts = range[0] === "" ? range.slice(1) : ["", ...range];
  return cuts.at(-1) === KEY_END ? cuts.slice(0, -1) : [...cuts, KEY_END];
}

/** Whether the range holds no version. */
export function rangeIsEmpty(range: VersionRange): boolean {
  return range.length === 0;
}

/** Whether both ranges have the same cuts. */
export function rangesEqual(a: VersionRange, b: VersionRange): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((cut, index) => cut === b[index]);
}

/** Whether every version of `inner` is in `outer`. */
export function rangeIsSubset(inner: VersionRange, outer: VersionRange): boolean {
  if (inner.length === 0 || inner === outer || isAny(outer)) return true;
  return rangesEqual(intersectRanges(inner, outer), inner);
}

function isAny(range: VersionRange): boolean {
  return range.length === 2 && range[0] === "" && range[1] === KEY_END;
}

function atOrBelow(range: VersionRange, index: number, key: string): boolean {
  const cut = range[index];
  return cut !== undefined && cut <= key;
}

/** Sweeps over the cuts of both ranges and keeps what at least `depth` of them cover. */
function mergeRanges(a: VersionRange, b: VersionRange, depth: 1 | 2): VersionRange {
  const cuts: string[] = [];
  let i = 0;
  let j = 0;
  let inside = false;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    const cut = left === undefined || (right !== undefined && right < left) ? right : left;
    if (cut === undefined) break;
    if (left === cut) i++;
    if (right === cut) j++;
    const covered = (i % 2) + (j % 2) >= depth;
    if (covered !== inside) cuts.push(cut);
    inside = covered;
  }
  return cuts;
}
