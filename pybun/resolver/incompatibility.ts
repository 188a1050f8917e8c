/**
 * Incompatibilities: sets of terms that cannot all hold at once. External ones state a fact about the world, derived
 * ones follow from two others by the rule of resolution. Each keeps what it came from, so that a failure is a proof.
 */

import type { VersionRange } from "../versions/range.ts";
import type { UnusableReason } from "./release-source.ts";
import { intersectTerms, isTrivial, type Term, uniteTerms } from "./term.ts";

/** Where a dependency comes from: metadata, a constraint of the user, or `foo[x]` requiring `foo` at its own version. */
export type DependencyOrigin = "requirement" | "constraint" | "extra";

export type Cause =
  | { readonly kind: "root" }
  | {
      readonly kind: "dependency";
      readonly dependent: number;
      readonly dependency: number;
      /** Versions of the dependent that are known to require this, gaps between them included. */
      readonly versions: VersionRange;
      readonly required: VersionRange;
      /** The specifiers as they were written. */
      readonly text: string;
      readonly origin: DependencyOrigin;
    }
  | { readonly kind: "same-version"; readonly proxy: number; readonly base: number; readonly range: VersionRange }
  | {
      readonly kind: "requires-python";
      readonly dependent: number;
      readonly versions: VersionRange;
      readonly required: VersionRange;
      readonly text: string;
    }
  | { readonly kind: "no-versions"; readonly subject: number; readonly range: VersionRange }
  | { readonly kind: "unknown-project"; readonly subject: number; readonly offline: boolean }
  | {
      readonly kind: "unusable";
      readonly subject: number;
      readonly versions: VersionRange;
      readonly reason: UnusableReason;
    }
  | { readonly kind: "derived"; readonly left: number; readonly right: number; readonly pivot: number };

export interface Incompatibility {
  readonly packages: readonly number[];
  readonly terms: readonly Term[];
  readonly cause: Cause;
}

export function termOf(incompatibility: Incompatibility, package_: number): Term | undefined {
  return incompatibility.terms[incompatibility.packages.indexOf(package_)];
}

/** Drops terms that always hold: they say nothing. */
export function makeIncompatibility(terms: ReadonlyMap<number, Term>, cause: Cause): Incompatibility {
  const packages: number[] = [];
  const kept: Term[] = [];
  for (const [package_, term] of terms) {
    if (isTrivial(term)) continue;
    packages.push(package_);
    kept.push(term);
  }
  return { packages, terms: kept, cause };
}

/**
 * The rule of resolution: from two incompatibilities that disagree about `pivot` follows one in which the pivot's terms
 * are united and all others intersected.
 */
export function resolveIncompatibilities(
  left: Incompatibility,
  right: Incompatibility,
  pivot: number,
): ReadonlyMap<number, Term> {
  const terms = new Map<number, Term>();
  left.packages.forEach((package_, position) => {
    const term = left.terms[position];
    if (term !== undefined) terms.set(package_, term);
  });
  right.packages.forEach((package_, position) => {
    const term = right.terms[position];
    if (term === undefined) return;
    const other = terms.get(package_);
    if (other === undefined) terms.set(package_, term);
    else terms.set(package_, package_ === pivot ? uniteTerms(other, term) : intersectTerms(other, term));
  });
  return terms;
}
