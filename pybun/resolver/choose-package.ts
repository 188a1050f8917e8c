/** Chooses the package that is decided next: by priorities, after what conflicts taught about them is applied. */
import { packageEntry } from "./package-table.ts";
import { markConflictEarly, markConflictLate, rankOf } from "./priorities.ts";
import { takeBackTo } from "./propagation.ts";
import type { SolverState } from "./solver-state.ts";

/** Applies what the conflicts since the last decision taught about the order. */
export function reorderPackages(state: SolverState): void {
  for (const package_ of state.conflicts.prioritise.splice(0)) {
    markConflictEarly(state.priorities, packageEntry(state.packages, package_).nameIndex);
  }
  for (const package_ of state.conflicts.deprioritise.splice(0)) {
    if (!markConflictLate(state.priorities, packageEntry(state.packages, package_).nameIndex)) continue;
    const level = state.solution.decided.indexOf(package_);
    if (level >= 0) takeBackTo(state, level);
  }
}

/** The undecided package of the highest rank. Ranks are renewed only where a term changed. */
export function choosePackage(state: SolverState): number | undefined {
  const { solution, priorities } = state;
  for (const package_ of solution.changed) {
    priorities.current[package_] = rankOf(state, package_);
  }
  solution.changed.clear();
  let best: number | undefined;
  let bestRank = -1;
  for (let package_ = 0; package_ < solution.assignments.length; package_++) {
    const assignment = solution.assignments[package_];
    if (assignment === undefined || assignment.decision !== undefined || !assignment.term.positive) continue;
    const rank = priorities.current[package_] ?? 0;
    if (rank <= bestRank) continue;
    best = package_;
    bestRank = rank;
  }
  return best;
}
