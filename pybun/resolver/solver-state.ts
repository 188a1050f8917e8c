/**
 * All that one run of the solver knows. A record of arrays and maps without closures, so that it can be copied: a fork
 * on markers takes a copy a branch and goes on from there.
 */

import { anyVersion } from "../versions/range.ts";
import type { DependencyEdge } from "./dependency.ts";
import type { Cause, Incompatibility } from "./incompatibility.ts";
import { makeIncompatibility } from "./incompatibility.ts";
import { createPackageTable, type PackageTable, rootPackage } from "./package-table.ts";
import type { Assignment, PartialSolution } from "./partial-solution.ts";
import { createPartialSolution } from "./partial-solution.ts";
import { type ConflictTracker, createConflictTracker, createPriorities, type Priorities } from "./priorities.ts";
import { negativeTerm, type Term } from "./term.ts";

export interface SolverState {
  readonly packages: PackageTable;
  readonly incompatibilities: Incompatibility[];
  /** Identifiers of the incompatibilities that speak of a package, oldest first. */
  readonly byPackage: number[][];
  /** Dependency incompatibilities that may grow, by both packages in one number. */
  readonly mergeable: Map<number, number[]>;
  /** The level at which an incompatibility was seen to be contradicted, plus one; 0 where it was not. */
  readonly contradicted: number[];
  /** Contradicted incompatibilities in order of time; levels do not decrease along it. */
  readonly contradictedTrail: number[];
  readonly solution: PartialSolution;
  readonly priorities: Priorities;
  readonly conflicts: ConflictTracker;
  /** The dependencies of each release that was ever tried, by package and release. */
  readonly edges: Map<number, readonly DependencyEdge[]>[];
  /** The package whose assignments propagation begins with. */
  next: number;
}

export function createSolverState(): SolverState {
  const state: SolverState = {
    packages: createPackageTable(),
    incompatibilities: [],
    byPackage: [],
    mergeable: new Map(),
    contradicted: [],
    contradictedTrail: [],
    solution: createPartialSolution(),
    priorities: createPriorities(),
    conflicts: createConflictTracker(),
    edges: [],
    next: rootPackage,
  };
  addIncompatibility(state, makeIncompatibility(new Map([[rootPackage, negativeTerm(anyVersion)]]), { kind: "root" }));
  return state;
}

/** Stores an incompatibility without telling propagation of it. */
export function storeIncompatibility(state: SolverState, incompatibility: Incompatibility): number {
  const id = state.incompatibilities.length;
  state.incompatibilities.push(incompatibility);
  return id;
}

export function indexIncompatibility(state: SolverState, id: number): void {
  for (const package_ of state.incompatibilities[id]?.packages ?? []) incompatibilitiesOf(state, package_).push(id);
}

export function addIncompatibility(state: SolverState, incompatibility: Incompatibility): number {
  const id = storeIncompatibility(state, incompatibility);
  indexIncompatibility(state, id);
  return id;
}

export function addFact(state: SolverState, terms: ReadonlyMap<number, Term>, cause: Cause): number {
  return addIncompatibility(state, makeIncompatibility(terms, cause));
}

export function incompatibilitiesOf(state: SolverState, package_: number): number[] {
  const known = state.byPackage[package_];
  if (known !== undefined) return known;
  const list: number[] = [];
  state.byPackage[package_] = list;
  return list;
}

/** A copy that goes its own way; what is never changed in place is shared. */
export function copySolverState(state: SolverState): SolverState {
  return {
    packages: {
      entries: [...state.packages.entries],
      ids: new Map(state.packages.ids),
      names: new Map(state.packages.names),
    },
    incompatibilities: [...state.incompatibilities],
    byPackage: state.byPackage.map((ids) => [...ids]),
    mergeable: new Map(Array.from(state.mergeable, ([key, ids]) => [key, [...ids]])),
    contradicted: [...state.contradicted],
    contradictedTrail: [...state.contradictedTrail],
    solution: copySolution(state.solution),
    priorities: copyPriorities(state.priorities),
    conflicts: {
      affected: new Map(state.conflicts.affected),
      culprit: new Map(state.conflicts.culprit),
      prioritise: [...state.conflicts.prioritise],
      deprioritise: [...state.conflicts.deprioritise],
    },
    edges: state.edges.map((byRelease) => new Map(byRelease)),
    next: state.next,
  };
}

function copySolution(solution: PartialSolution): PartialSolution {
  const copyAssignment = (assignment: Assignment | undefined): Assignment | undefined =>
    assignment && { ...assignment, derivations: [...assignment.derivations] };
  return {
    ...solution,
    assignments: solution.assignments.map(copyAssignment),
    trail: [...solution.trail],
    decided: [...solution.decided],
    changed: new Set(solution.changed),
  };
}

function copyPriorities(priorities: Priorities): Priorities {
  return {
    tiers: [...priorities.tiers],
    seen: new Map(priorities.seen),
    current: [...priorities.current],
  };
}
