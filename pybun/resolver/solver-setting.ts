/** What the solver is told once, and what a choice may be made by. */
import type { DependencyEdge, EdgeRules } from "./dependency.ts";
import type { ReleaseSource } from "./release-source.ts";
import type { SelectionRule } from "./select-release.ts";

/** What stays the same while the solver runs. */
export interface SolverSetting {
  readonly source: ReleaseSource;
  readonly rules: EdgeRules;
  readonly rootEdges: readonly DependencyEdge[];
  readonly selectionFor: (name: string) => SelectionRule;
}
