/**
 * Unit propagation and conflict resolution, the core of PubGrub.
 *
 * In: a state and the package that changed last. Out: all that follows from it has been derived, or there is no
 * solution. Of each incompatibility that speaks of a changed package the solver asks how many of its terms hold: when
 * all do but one, the opposite of that one must hold; when all do, the incompatibility is resolved with what made it
 * hold until it names an earlier decision to take back, or nothing but the root.
 * Source: Natalie Weizenbaum, "PubGrub: Next-Generation Version Solving" (2018), and pub's doc/solver.md.
 */
import { assert } from "@vivarium/core/assert";
import { type Incompatibility, makeIncompatibility, resolveIncompatibilities, termOf } from "./incompatibility.ts";
import { rootPackage } from "./package-table.ts";
import { addDerivation, backtrackTo, type PartialSolution, searchSatisfier } from "./partial-solution.ts";
import { incompatibilitiesOf, indexIncompatibility, type SolverState, storeIncompatibility } from "./solver-state.ts";
import { relateTerm } from "./term.ts";

/** A package that could not be had, and the incompatibility that says so: food for the priorities. */
export interface SeenConflict {
  readonly affected: number;
  readonly incompatibility: number;
}

export type Propagation =
  | { readonly kind: "done"; readonly conflicts: readonly SeenConflict[] }
  /** The incompatibility that only the root can be blamed for. */
  | { readonly kind: "failed"; readonly terminal: number };

/** How all terms together stand: `almost` leaves one term open, that of the package at `position`. */
export type Relation =
  | { readonly kind: "satisfied" }
  | { readonly kind: "contradicted" }
  | { readonly kind: "inconclusive" }
  | { readonly kind: "almost"; readonly position: number };

const satisfied: Relation = { kind: "satisfied" };
const contradicted: Relation = { kind: "contradicted" };
const inconclusive: Relation = { kind: "inconclusive" };

export function relateIncompatibility(solution: PartialSolution, incompatibility: Incompatibility): Relation {
  const { packages, terms } = incompatibility;
  let open = -1;
  for (let position = 0; position < packages.length; position++) {
    const term = terms[position];
    const known = solution.assignments[packages[position] ?? 0]?.term;
    if (term === undefined) break;
    const relation = known === undefined ? "inconclusive" : relateTerm(term, known);
    if (relation === "contradicted") return contradicted;
    if (relation === "satisfied") continue;
    if (open >= 0) return inconclusive;
    open = position;
  }
  return open < 0 ? satisfied : { kind: "almost", position: open };
}

/** Derives all that follows from the last change of `package_`. */
export function propagate(state: SolverState, package_: number): Propagation {
  const conflicts: SeenConflict[] = [];
  const queue = [package_];
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    const conflict = propagatePackage(state, current, queue);
    if (conflict === undefined) continue;
    const cause = resolveConflict(state, conflict, conflicts);
    if (cause.kind === "failed") return cause;
    queue.length = 0;
    queue.push(cause.package_);
    derive(state, cause.id, cause.package_);
  }
  return { kind: "done", conflicts };
}

/** Newest first: what was learned last says most. Returns an incompatibility all terms of which hold. */
function propagatePackage(state: SolverState, package_: number, queue: number[]): number | undefined {
  const ids = incompatibilitiesOf(state, package_);
  for (let at = ids.length - 1; at >= 0; at--) {
    const id = ids[at];
    if (id === undefined || (state.contradicted[id] ?? 0) > 0) continue;
    const incompatibility = incompatibilityAt(state, id);
    const relation = relateIncompatibility(state.solution, incompatibility);
    if (relation.kind === "satisfied") return id;
    if (relation.kind === "contradicted") markContradicted(state, id);
    if (relation.kind !== "almost") continue;
    const open = incompatibility.packages[relation.position];
    assert(open !== undefined, "the open term belongs to a package");
    if (!queue.includes(open)) queue.push(open);
    derive(state, id, open);
  }
  return undefined;
}

function derive(state: SolverState, id: number, package_: number): void {
  const term = termOf(incompatibilityAt(state, id), package_);
  assert(term !== undefined, "a derivation comes from an incompatibility that speaks of the package");
  addDerivation(state.solution, package_, { id, term });
  markContradicted(state, id);
}

function markContradicted(state: SolverState, id: number): void {
  state.contradicted[id] = state.solution.level + 1;
  state.contradictedTrail.push(id);
}

type RootCause =
  | { readonly kind: "learned"; readonly id: number; readonly package_: number }
  | { readonly kind: "failed"; readonly terminal: number };

function resolveConflict(state: SolverState, conflict: number, seen: SeenConflict[]): RootCause {
  let id = conflict;
  for (;;) {
    const incompatibility = incompatibilityAt(state, id);
    if (isTerminal(incompatibility)) return { kind: "failed", terminal: id };
    const search = searchSatisfier(state, incompatibility);
    if (search.kind === "earlier-level") {
      takeBackTo(state, search.level);
      if (id !== conflict) indexIncompatibility(state, id);
      seen.push({ affected: search.package_, incompatibility: id });
      return { kind: "learned", id, package_: search.package_ };
    }
    const other = incompatibilityAt(state, search.cause);
    const terms = resolveIncompatibilities(incompatibility, other, search.package_);
    const cause = { kind: "derived", left: id, right: search.cause, pivot: search.package_ } as const;
    id = storeIncompatibility(state, makeIncompatibility(terms, cause));
    seen.push({ affected: search.package_, incompatibility: id });
  }
}

/** Forgets all that was decided or concluded after a level. */
export function takeBackTo(state: SolverState, level: number): void {
  backtrackTo(state.solution, level);
  const trail = state.contradictedTrail;
  for (let id = trail.at(-1); id !== undefined && (state.contradicted[id] ?? 0) > level + 1; id = trail.at(-1)) {
    state.contradicted[id] = 0;
    trail.pop();
  }
}

const isTerminal = ({ packages }: Incompatibility): boolean =>
  packages.length === 0 || (packages.length === 1 && packages[0] === rootPackage);

function incompatibilityAt(state: SolverState, id: number): Incompatibility {
  const incompatibility = state.incompatibilities[id];
  assert(incompatibility !== undefined, "incompatibilities are never removed");
  return incompatibility;
}
