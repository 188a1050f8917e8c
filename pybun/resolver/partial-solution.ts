/**
 * What the solver holds to be true at the moment: decisions (this version), derivations (this range, because of that
 * incompatibility), and for each package what they say together. Every assignment bears the decision level at which it
 * was made; backtracking to a level forgets all later ones.
 */
import { assert } from "@vivarium/core/assert";
import type { VersionRange } from "../versions/range.ts";
import { type Incompatibility, termOf } from "./incompatibility.ts";
import { intersectTerms, negateTerm, positiveTerm, type Term, termsAreDisjoint } from "./term.ts";

interface Derivation {
  readonly order: number;
  readonly level: number;
  readonly cause: number;
  /** All derivations of the package up to this one. */
  readonly accumulated: Term;
}

export interface Decision {
  readonly order: number;
  readonly level: number;
  /** The index of the release; 0 for virtual packages that have no releases. */
  readonly release: number;
  readonly term: Term;
}

export interface Assignment {
  readonly derivations: Derivation[];
  decision: Decision | undefined;
  /** All that is known of the package. */
  term: Term;
}

export interface PartialSolution {
  readonly assignments: (Assignment | undefined)[];
  /** One package an assignment, in order of time. */
  readonly trail: number[];
  /** Packages in order of decision: the one of level n is at n - 1. */
  readonly decided: number[];
  /** Positive packages whose term changed since this set was last emptied. */
  readonly changed: Set<number>;
  level: number;
  order: number;
  hasBacktracked: boolean;
}

export const createPartialSolution = (): PartialSolution => ({
  assignments: [],
  trail: [],
  decided: [],
  changed: new Set(),
  level: 0,
  order: 0,
  hasBacktracked: false,
});

export function addDecision(
  solution: PartialSolution,
  package_: number,
  choice: { release: number; range: VersionRange },
) {
  const assignment = solution.assignments[package_];
  assert(assignment !== undefined && assignment.decision === undefined, "a decision refines derivations, once");
  solution.level++;
  const term = positiveTerm(choice.range);
  assignment.decision = { order: solution.order++, level: solution.level, release: choice.release, term };
  assignment.term = term;
  solution.decided.push(package_);
  solution.trail.push(package_);
}

/** Concludes from an incompatibility, all other terms of which hold, that the term of `package_` does not. */
export function addDerivation(solution: PartialSolution, package_: number, cause: { id: number; term: Term }) {
  const conclusion = negateTerm(cause.term);
  const assignment = solution.assignments[package_];
  const accumulated = assignment === undefined ? conclusion : intersectTerms(assignment.term, conclusion);
  const derivation = { order: solution.order++, level: solution.level, cause: cause.id, accumulated };
  if (assignment === undefined) {
    solution.assignments[package_] = { derivations: [derivation], decision: undefined, term: accumulated };
  } else {
    assert(assignment.decision === undefined, "a decided package is not derived any further");
    assignment.derivations.push(derivation);
    assignment.term = accumulated;
  }
  if (accumulated.positive) solution.changed.add(package_);
  solution.trail.push(package_);
}

/** Forgets every assignment of a later level. */
export function backtrackTo(solution: PartialSolution, level: number): void {
  for (;;) {
    const package_ = solution.trail.at(-1);
    const assignment = package_ === undefined ? undefined : solution.assignments[package_];
    if (package_ === undefined || assignment === undefined) break;
    const last = assignment.decision ?? assignment.derivations.at(-1);
    if (last === undefined || last.level <= level) break;
    solution.trail.pop();
    retract(solution, package_, assignment);
  }
  solution.decided.length = level;
  solution.level = level;
  solution.hasBacktracked = true;
}

function retract(solution: PartialSolution, package_: number, assignment: Assignment): void {
  if (assignment.decision === undefined) assignment.derivations.pop();
  assignment.decision = undefined;
  const last = assignment.derivations.at(-1);
  if (last === undefined) {
    solution.assignments[package_] = undefined;
    return;
  }
  assignment.term = last.accumulated;
  if (last.accumulated.positive) solution.changed.add(package_);
}

interface Satisfier {
  readonly package_: number;
  readonly order: number;
  readonly level: number;
  /** The incompatibility that made the derivation; undefined for a decision. */
  readonly cause: number | undefined;
}

/** Either the rule of resolution applies at this level, or the conflict is the consequence of an earlier one. */
export type SatisfierSearch =
  | { readonly kind: "same-level"; readonly package_: number; readonly cause: number }
  | { readonly kind: "earlier-level"; readonly package_: number; readonly level: number };

interface SearchedState {
  readonly solution: PartialSolution;
  readonly incompatibilities: readonly Incompatibility[];
}

/**
 * Finds the earliest assignment after which the incompatibility holds, and the level at which it would hold already if
 * that assignment were known (PubGrub's "previous satisfier").
 */
export function searchSatisfier(
  { solution, incompatibilities }: SearchedState,
  incompatibility: Incompatibility,
): SatisfierSearch {
  const found = incompatibility.packages.map((package_, position) =>
    satisfierOf(solution, package_, negateTerm(termAt(incompatibility, position))),
  );
  const latest = found.reduce((left, right) => (right.order > left.order ? right : left));
  const others = found.filter((satisfier) => satisfier !== latest);
  const previous = previousSatisfier(solution, { latest, incompatibility, incompatibilities });
  const level = Math.max(1, previous.level, ...others.map((satisfier) => satisfier.level));
  if (level < latest.level) return { kind: "earlier-level", package_: latest.package_, level };
  assert(latest.cause !== undefined, "the satisfier of a conflict within one level is a derivation");
  return { kind: "same-level", package_: latest.package_, cause: latest.cause };
}

function previousSatisfier(
  solution: PartialSolution,
  search: { latest: Satisfier; incompatibility: Incompatibility; incompatibilities: readonly Incompatibility[] },
): Satisfier {
  const { latest, incompatibility, incompatibilities } = search;
  const own = latest.cause === undefined ? decisionTerm(solution, latest.package_) : undefined;
  const caused = latest.cause === undefined ? undefined : incompatibilities[latest.cause];
  const implied = own ?? (caused === undefined ? undefined : negated(termOf(caused, latest.package_)));
  const required = negated(termOf(incompatibility, latest.package_));
  assert(implied !== undefined && required !== undefined, "the satisfier's cause speaks of its package");
  return satisfierOf(solution, latest.package_, intersectTerms(implied, required));
}

const negated = (term: Term | undefined): Term | undefined => (term === undefined ? undefined : negateTerm(term));

function decisionTerm(solution: PartialSolution, package_: number): Term | undefined {
  return solution.assignments[package_]?.decision?.term;
}

function termAt(incompatibility: Incompatibility, position: number): Term {
  const term = incompatibility.terms[position];
  assert(term !== undefined, "packages and terms of an incompatibility are parallel");
  return term;
}

/** The first assignment of the package from which on nothing can satisfy `excluded`. */
function satisfierOf(solution: PartialSolution, package_: number, excluded: Term): Satisfier {
  const assignment = solution.assignments[package_];
  assert(assignment !== undefined, "a satisfied term is about a package with assignments");
  let low = 0;
  let high = assignment.derivations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const derivation = assignment.derivations[middle];
    assert(derivation !== undefined, "the middle lies within the list");
    if (termsAreDisjoint(derivation.accumulated, excluded)) high = middle;
    else low = middle + 1;
  }
  const derivation = assignment.derivations[low];
  if (derivation !== undefined) {
    return { package_, order: derivation.order, level: derivation.level, cause: derivation.cause };
  }
  const decision = assignment.decision;
  assert(decision !== undefined, "what derivations do not satisfy, the decision does");
  return { package_, order: decision.order, level: decision.level, cause: undefined };
}
