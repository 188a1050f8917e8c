/** Applies a choice to the solver's state: its facts, its edges, and the decision unless these contradict it. */
import { assert } from "@vivarium/core/assert";
import type { VersionRange } from "../versions/range.ts";
import type { Choice, LearntChoice } from "./choose-release.ts";
import type { DependencyEdge } from "./dependency.ts";
import { addDependency, edgePackage, mergeDependency } from "./facts.ts";
import type { Incompatibility } from "./incompatibility.ts";
import { internPackage, packageEntry } from "./package-table.ts";
import { addDecision } from "./partial-solution.ts";
import { notePackage, recordConflict } from "./priorities.ts";
import { relateIncompatibility } from "./propagation.ts";
import { addFact, type SolverState } from "./solver-state.ts";
import { positiveTerm } from "./term.ts";

/** A choice for which nothing has to be waited for. */
type SettledChoice = Exclude<Choice, { kind: "waiting" }>;

export function recordChoice(state: SolverState, package_: number, choice: SettledChoice): void {
  switch (choice.kind) {
    case "fact":
      addFact(state, new Map([[package_, choice.term]]), choice.cause);
      return;
    case "other-python":
      mergeDependency(state, choice.cause);
      addDecision(state.solution, package_, choice);
      return;
    case "known":
      addDecision(state.solution, package_, choice);
      return;
    case "learnt":
      recordLearnt(state, package_, choice);
  }
}

/** Counts a conflict that was met while the package last picked was decided. */
export function noteConflict(state: SolverState, affected: number, incompatibility: Incompatibility | undefined): void {
  assert(incompatibility !== undefined, "a seen conflict is stored");
  recordConflict(state, { affected, decided: state.next, incompatibility });
}

function recordLearnt(state: SolverState, package_: number, choice: LearntChoice): void {
  const { release, range, edges, versions } = choice;
  for (const edge of edges) noteEdge(state, edge);
  const added = edges.map((edge) => addDependency(state, { package_, versions }, edge));
  const byRelease = state.edges[package_] ?? new Map<number, readonly DependencyEdge[]>();
  state.edges[package_] = byRelease.set(release, edges);
  const conflict = state.solution.hasBacktracked ? findConflict(state, { package_, range }, added) : undefined;
  if (conflict === undefined) addDecision(state.solution, package_, { release, range });
  else noteConflict(state, package_, conflict);
}

function noteEdge(state: SolverState, edge: DependencyEdge): void {
  const package_ = edgePackage(state, edge);
  const { nameIndex } = packageEntry(state.packages, package_);
  notePackage(state.priorities, package_, { nameIndex, tier: edge.tier });
  if (edge.extra === undefined || edge.toFeatures === true) return;
  const project = internPackage(state.packages, { kind: "project", name: edge.name });
  notePackage(state.priorities, project, { nameIndex, tier: edge.tier });
}

/** A new incompatibility that would hold if the package were decided at the range. */
function findConflict(
  state: SolverState,
  tried: { package_: number; range: VersionRange },
  added: readonly (Incompatibility | undefined)[],
): Incompatibility | undefined {
  const { assignments } = state.solution;
  const assignment = assignments[tried.package_];
  assert(assignment !== undefined, "a package that is tried has a term");
  const term = assignment.term;
  assignment.term = positiveTerm(tried.range);
  const conflict = added.find(
    (incompatibility) =>
      incompatibility !== undefined && relateIncompatibility(state.solution, incompatibility).kind === "satisfied",
  );
  assignment.term = term;
  return conflict;
}
