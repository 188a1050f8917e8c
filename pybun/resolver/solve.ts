/**
 * The solver's loop: propagate, pick a package, pick a release, learn its dependencies, again.
 *
 * `advance` runs until there is an outcome or an answer of the source is still on the way; it then returns the promise
 * and can be called again when that is settled: asking twice changes nothing. Nothing here waits by itself, so a warm
 * resolution is one synchronous call.
 */
import { assert } from "@vivarium/core/assert";
import { anyVersion, rangeOf, type VersionRange } from "../versions/range.ts";
import { type DependencyEdge, type EdgeRules, releaseEdges } from "./dependency.ts";
import { addDependency, edgePackage, mergeDependency, rangeOfReleases } from "./facts.ts";
import type { Incompatibility } from "./incompatibility.ts";
import { internPackage, type PackageEntry, packageEntry, pythonPackage, rootPackage } from "./package-table.ts";
import { addDecision } from "./partial-solution.ts";
import { markConflictEarly, markConflictLate, notePackage, rankOf, recordConflict } from "./priorities.ts";
import { propagate, relateIncompatibility, takeBackTo } from "./propagation.ts";
import { pythonRange } from "./python-range.ts";
import type { ReleaseSource, ReleaseStatus, Releases } from "./release-source.ts";
import { type SelectionRule, selectRelease } from "./select-release.ts";
import { addFact, type SolverState } from "./solver-state.ts";
import { positiveTerm } from "./term.ts";

/** What stays the same while the solver runs. */
export interface SolverSetting {
  readonly source: ReleaseSource;
  readonly rules: EdgeRules;
  readonly rootEdges: readonly DependencyEdge[];
  readonly selectionFor: (name: string) => SelectionRule;
}

export type Advance =
  | { readonly kind: "waiting"; readonly until: Promise<unknown> }
  /** Stopped between two decisions because `mayGoOn` said so; to be called again. */
  | { readonly kind: "paused" }
  | { readonly kind: "solved" }
  | { readonly kind: "failed"; readonly terminal: number };

type Step = Promise<unknown> | undefined;

/** Runs until the end, until something has to be waited for, or until it may not go on. */
export function advance(state: SolverState, setting: SolverSetting, mayGoOn: () => boolean = () => true): Advance {
  while (mayGoOn()) {
    const propagation = propagate(state, state.next);
    if (propagation.kind === "failed") return propagation;
    for (const { affected, incompatibility } of propagation.conflicts) {
      noteConflict(state, affected, state.incompatibilities[incompatibility]);
    }
    prefetchLikely(state, setting);
    reorder(state);
    const picked = pick(state);
    if (picked === undefined) return { kind: "solved" };
    state.next = picked;
    const until = decide(state, setting, picked);
    if (until !== undefined) return { kind: "waiting", until };
  }
  return { kind: "paused" };
}

function noteConflict(state: SolverState, affected: number, incompatibility: Incompatibility | undefined): void {
  assert(incompatibility !== undefined, "a seen conflict is stored");
  recordConflict(state.conflicts, state.packages, { affected, decided: state.next, incompatibility });
}

/** Applies what the conflicts since the last decision taught about the order. */
function reorder(state: SolverState): void {
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
function pick(state: SolverState): number | undefined {
  const { solution, priorities } = state;
  for (const package_ of solution.changed) {
    priorities.current[package_] = rankOf(priorities, state.packages, package_);
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

/** Tells the source what will probably be chosen, so that it can fetch ahead while others are waited for. */
function prefetchLikely(state: SolverState, setting: SolverSetting): void {
  for (const package_ of state.solution.changed) {
    const { kind, name } = packageEntry(state.packages, package_);
    const term = state.solution.assignments[package_]?.term;
    if (kind === "project" && term?.positive === true) setting.source.expect(name, term.range);
  }
}

function decide(state: SolverState, setting: SolverSetting, package_: number): Step {
  const term = state.solution.assignments[package_]?.term;
  assert(term !== undefined && term.positive, "only packages that must be selected are picked");
  if (package_ === rootPackage)
    return takeRelease(state, { package_, release: 0, range: anyVersion, edges: setting.rootEdges });
  const entry = packageEntry(state.packages, package_);
  if (package_ === pythonPackage) {
    addFact(state, new Map([[package_, term]]), { kind: "no-versions", subject: package_, range: term.range });
    return undefined;
  }
  const releases = setting.source.releases(entry.name);
  if (releases instanceof Promise) return releases;
  if (releases.kind !== "found") {
    const cause = { kind: "unknown-project", subject: package_, offline: releases.kind === "offline" } as const;
    addFact(state, new Map([[package_, positiveTerm(anyVersion)]]), cause);
    return undefined;
  }
  const selection = setting.selectionFor(entry.name);
  const release = selectRelease(releases, term.range, selection);
  if (release === undefined) {
    addFact(state, new Map([[package_, term]]), { kind: "no-versions", subject: package_, range: term.range });
    return undefined;
  }
  const status = releases.statusAt(release);
  if (status.kind === "usable") return tryRelease(state, setting, { package_, entry, releases, release });
  excludeReleases(state, { package_, releases, release, status, step: selection.highest ? -1 : 1 });
  return undefined;
}

interface Candidate {
  readonly package_: number;
  readonly entry: PackageEntry;
  readonly releases: Releases;
  readonly release: number;
}

function tryRelease(state: SolverState, setting: SolverSetting, candidate: Candidate): Step {
  const { package_, entry, releases, release } = candidate;
  const range = exactRange(releases, release);
  const known = state.edges[package_]?.get(release);
  if (known !== undefined) {
    addDecision(state.solution, package_, { release, range });
    return undefined;
  }
  if (entry.kind === "extra") {
    const edges = proxyEdges(entry, { range, text: `==${releases.textAt(release)}` });
    return takeRelease(state, {
      package_,
      release,
      range,
      edges,
      versions: rangeOfReleases(releases, release, release),
    });
  }
  const answer = releaseEdges(setting.source, { releases, release, extra: entry.extra }, setting.rules);
  if (answer instanceof Promise) return answer;
  if (answer.kind !== "edges") {
    const status: ReleaseStatus = answer;
    excludeReleases(state, { package_, releases, release, status, step: 0 });
    return undefined;
  }
  for (const edge of answer.edges) setting.source.prefetchProject(edge.name);
  const versions = rangeOfReleases(releases, release, release);
  return takeRelease(state, { package_, release, range, edges: answer.edges, versions });
}

const exactRange = (releases: Releases, release: number): VersionRange => rangeOf({ key: releases.keyAt(release) });

/** `foo[x]` at a version is `foo` and what `x` adds, both at that version. */
function proxyEdges(entry: PackageEntry, exact: { range: VersionRange; text: string }): DependencyEdge[] {
  const common = { name: entry.name, range: exact.range, text: exact.text, tier: "pinned", origin: "extra" } as const;
  return [common, ...(entry.extra === undefined ? [] : [{ ...common, extra: entry.extra, toFeatures: true } as const])];
}

interface Choice {
  readonly package_: number;
  readonly release: number;
  readonly range: VersionRange;
  readonly edges: readonly DependencyEdge[];
  /** The versions that the edges are known for; the chosen one alone for packages without releases. */
  readonly versions?: VersionRange;
}

/** Adds the edges of a choice, and the choice itself unless its edges contradict what is decided already. */
function takeRelease(state: SolverState, choice: Choice): undefined {
  const { package_, release, range, edges } = choice;
  const versions = choice.versions ?? range;
  for (const edge of edges) noteEdge(state, edge);
  const added = edges.map((edge) => addDependency(state, { package_, versions }, edge));
  const byRelease = state.edges[package_] ?? new Map<number, readonly DependencyEdge[]>();
  state.edges[package_] = byRelease.set(release, edges);
  const conflict = state.solution.hasBacktracked ? findConflict(state, { package_, range }, added) : undefined;
  if (conflict === undefined) addDecision(state.solution, package_, { release, range });
  else noteConflict(state, package_, conflict);
  return undefined;
}

function noteEdge(state: SolverState, edge: DependencyEdge): void {
  const package_ = edgePackage(state, edge);
  const { nameIndex } = packageEntry(state.packages, package_);
  notePackage(state.priorities, package_, { nameIndex, tier: edge.tier });
  if (edge.extra === undefined || edge.toFeatures === true) return;
  notePackage(state.priorities, internPackage(state.packages, "project", edge.name), { nameIndex, tier: edge.tier });
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

interface Exclusion {
  readonly package_: number;
  readonly releases: Releases;
  readonly release: number;
  readonly status: ReleaseStatus;
  /** In which direction to look for neighbours that are excluded for the same reason; 0 for this release alone. */
  readonly step: -1 | 0 | 1;
}

/** Says why a release cannot be had, for all its neighbours at once that cannot be had for the same reason. */
function excludeReleases(state: SolverState, exclusion: Exclusion): void {
  const { package_, releases, release, status, step } = exclusion;
  let last = release;
  while (
    step !== 0 &&
    last + step >= 0 &&
    last + step < releases.count &&
    isSameStatus(releases.statusAt(last + step), status)
  ) {
    last += step;
  }
  const versions = rangeOfReleases(releases, Math.min(release, last), Math.max(release, last));
  if (status.kind === "unusable") {
    const cause = { kind: "unusable", subject: package_, versions, reason: status.reason } as const;
    addFact(state, new Map([[package_, positiveTerm(versions)]]), cause);
    return;
  }
  assert(status.kind === "python", "usable and hidden releases are not excluded");
  const required = pythonRange(status.requiresPython);
  const cause = {
    kind: "requires-python",
    dependent: package_,
    versions,
    required,
    text: status.requiresPython,
  } as const;
  mergeDependency(state, cause);
  addDecision(state.solution, package_, { release, range: exactRange(releases, release) });
}

function isSameStatus(left: ReleaseStatus, right: ReleaseStatus): boolean {
  if (left.kind === "python" && right.kind === "python") return left.requiresPython === right.requiresPython;
  if (left.kind !== "unusable" || right.kind !== "unusable") return false;
  return left.reason.kind === right.reason.kind && left.reason.detail === right.reason.detail;
}
