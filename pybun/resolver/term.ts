/**
 * What a term says of one package: positive, "it is selected at a version in the range"; negative, "it is not selected
 * at a version in the range", which is also true when it is not selected at all.
 */
import {
  complementRange,
  intersectRanges,
  rangeIsEmpty,
  rangesEqual,
  uniteRanges,
  type VersionRange,
} from "../versions/range.ts";

export interface Term {
  readonly positive: boolean;
  readonly range: VersionRange;
}

/** How a term that must hold relates to what is known to hold. */
export type TermRelation = "satisfied" | "contradicted" | "inconclusive";

export const positiveTerm = (range: VersionRange): Term => ({ positive: true, range });
export const negativeTerm = (range: VersionRange): Term => ({ positive: false, range });

export const negateTerm = (term: Term): Term => ({ positive: !term.positive, range: term.range });

export const isImpossible = (term: Term): boolean => term.positive && rangeIsEmpty(term.range);
/** Holds whatever is selected. */
export const isTrivial = (term: Term): boolean => !term.positive && rangeIsEmpty(term.range);

export function intersectTerms(left: Term, right: Term): Term {
  if (left.positive && right.positive) return positiveTerm(intersectRanges(left.range, right.range));
  if (left.positive) return positiveTerm(intersectRanges(left.range, complementRange(right.range)));
  if (right.positive) return positiveTerm(intersectRanges(right.range, complementRange(left.range)));
  return negativeTerm(uniteRanges(left.range, right.range));
}

export const uniteTerms = (left: Term, right: Term): Term =>
  negateTerm(intersectTerms(negateTerm(left), negateTerm(right)));

export const termsEqual = (left: Term, right: Term): boolean =>
  left.positive === right.positive && (left.range === right.range || rangesEqual(left.range, right.range));

/** True when whatever satisfies `left` satisfies `right`. */
export function termImplies(left: Term, right: Term): boolean {
  if (left.positive && right.positive) return rangeIsCovered(left.range, right.range);
  if (left.positive) return rangesAreDisjoint(left.range, right.range);
  if (right.positive) return false;
  return rangeIsCovered(right.range, left.range);
}

/** True when nothing satisfies both. Two negative terms never are: the package may be absent. */
export function termsAreDisjoint(left: Term, right: Term): boolean {
  if (left.positive && right.positive) return rangesAreDisjoint(left.range, right.range);
  if (left.positive) return rangeIsCovered(left.range, right.range);
  if (right.positive) return rangeIsCovered(right.range, left.range);
  return false;
}

/** How `required` stands when `known` is all that is known of its package. */
export function relateTerm(required: Term, known: Term): TermRelation {
  if (termImplies(known, required)) return "satisfied";
  return termsAreDisjoint(known, required) ? "contradicted" : "inconclusive";
}

/** Walks both lists of intervals at once and allocates nothing: this is the innermost loop of propagation. */
function rangesAreDisjoint(left: VersionRange, right: VersionRange): boolean {
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const from = left[i] ?? "";
    const to = left[i + 1] ?? "";
    const otherFrom = right[j] ?? "";
    const otherTo = right[j + 1] ?? "";
    if (from < otherTo && otherFrom < to) return false;
    if (to <= otherTo) i += 2;
    else j += 2;
  }
  return true;
}

function rangeIsCovered(inner: VersionRange, outer: VersionRange): boolean {
  if (inner === outer) return true;
  let j = 0;
  for (let i = 0; i < inner.length; i += 2) {
    const from = inner[i] ?? "";
    const to = inner[i + 1] ?? "";
    while (j < outer.length && (outer[j + 1] ?? "") <= from) j += 2;
    if (j >= outer.length || (outer[j] ?? "") > from || to > (outer[j + 1] ?? "")) return false;
  }
  return true;
}
