/** Turns what a source says into incompatibilities, and lets facts about neighbouring releases grow together. */
import { rangeBetween, rangesEqual, uniteRanges, type VersionRange } from "../versions/range.ts";
import { KEY_END } from "../versions/version-key.ts";
import type { DependencyEdge } from "./dependency.ts";
import { type Cause, type Incompatibility, makeIncompatibility } from "./incompatibility.ts";
import { internPackage, packageEntry, pythonPackage } from "./package-table.ts";
import type { Releases } from "./release-source.ts";
import { incompatibilitiesOf, indexIncompatibility, type SolverState, storeIncompatibility } from "./solver-state.ts";
import { intersectTerms, isImpossible, negativeTerm, positiveTerm, type Term } from "./term.ts";

type DependencyCause = Extract<Cause, { kind: "dependency" | "requires-python" | "same-version" }>;

/**
 * The versions from release `first` to `last`, with the gaps around them in which no release exists: facts about
 * neighbours then unite to one interval instead of one interval a release.
 */
export function rangeOfReleases(releases: Releases, first: number, last: number): VersionRange {
  let below = first - 1;
  while (below >= 0 && releases.isHiddenAt(below)) below--;
  let above = last + 1;
  while (above < releases.count && releases.isHiddenAt(above)) above++;
  const from = below < 0 ? "" : releases.keyAt(below) + KEY_END;
  const to = above >= releases.count ? KEY_END : releases.keyAt(above);
  return rangeBetween(from, to);
}

/** The identifier of the package that an edge leads to, proxies for extras included. */
export function edgePackage(state: SolverState, edge: DependencyEdge): number {
  const { name, extra, toFeatures } = edge;
  if (extra === undefined) return internPackage(state.packages, { kind: "project", name });
  return internPackage(state.packages, { kind: toFeatures === true ? "features" : "extra", name, extra });
}

/** Says that all `versions` of the dependent require the edge. Returns what was stored, before it was merged. */
export function addDependency(
  state: SolverState,
  dependent: { readonly package_: number; readonly versions: VersionRange },
  edge: DependencyEdge,
): Incompatibility | undefined {
  const dependency = edgePackage(state, edge);
  if (edge.extra !== undefined && edge.toFeatures !== true) addSameVersion(state, dependency, edge.range);
  return mergeDependency(state, {
    kind: "dependency",
    dependent: dependent.package_,
    dependency,
    versions: dependent.versions,
    required: edge.range,
    text: edge.text,
    origin: edge.origin,
  });
}

/** `foo[x]` in a range implies `foo` in that range: without this, each version of the proxy would have to be tried. */
function addSameVersion(state: SolverState, proxy: number, range: VersionRange): void {
  const base = internPackage(state.packages, { kind: "project", name: packageEntry(state.packages, proxy).name });
  mergeDependency(state, { kind: "same-version", proxy, base, range });
}

/** Adds a fact of the form "these versions require that range", united with an equal one if there is one. */
export function mergeDependency(state: SolverState, cause: DependencyCause): Incompatibility | undefined {
  const incompatibility = dependencyIncompatibility(cause);
  if (incompatibility === undefined) return undefined;
  const [dependent, dependency] = endsOf(cause);
  const key = dependent * (1 << 24) + dependency;
  const bucket = state.mergeable.get(key) ?? [];
  state.mergeable.set(key, bucket);
  const position = bucket.findIndex((id) => canMerge(state.incompatibilities[id]?.cause, cause));
  const past = bucket[position];
  const pastCause = past === undefined ? undefined : state.incompatibilities[past]?.cause;
  if (past === undefined || pastCause === undefined) {
    const id = storeIncompatibility(state, incompatibility);
    bucket.push(id);
    indexIncompatibility(state, id);
    return incompatibility;
  }
  if (cause.kind === "same-version" || pastCause.kind !== cause.kind) return incompatibility;
  const versions = uniteRanges(pastCause.versions, cause.versions);
  const merged = dependencyIncompatibility({ ...cause, versions });
  if (merged === undefined || rangesEqual(versions, pastCause.versions)) return incompatibility;
  forget(state, past);
  const id = storeIncompatibility(state, merged);
  bucket[position] = id;
  indexIncompatibility(state, id);
  return incompatibility;
}

function endsOf(cause: DependencyCause): readonly [number, number] {
  if (cause.kind === "same-version") return [cause.proxy, cause.base];
  return [cause.dependent, cause.kind === "dependency" ? cause.dependency : pythonPackage];
}

function canMerge(past: Cause | undefined, cause: DependencyCause): boolean {
  if (past === undefined || past.kind !== cause.kind) return false;
  if (past.kind === "same-version" || cause.kind === "same-version") {
    return past.kind === "same-version" && cause.kind === "same-version" && rangesEqual(past.range, cause.range);
  }
  const sameOrigin = past.kind !== "dependency" || cause.kind !== "dependency" || past.origin === cause.origin;
  return sameOrigin && past.text === cause.text && rangesEqual(past.required, cause.required);
}

/** Undefined where the fact says nothing: a release that requires its own project in a range it lies in. */
function dependencyIncompatibility(cause: DependencyCause): Incompatibility | undefined {
  const [dependent, dependency] = endsOf(cause);
  const versions = cause.kind === "same-version" ? cause.range : cause.versions;
  const required = negativeTerm(cause.kind === "same-version" ? cause.range : cause.required);
  const terms = new Map<number, Term>([[dependent, positiveTerm(versions)]]);
  terms.set(dependency, dependent === dependency ? intersectTerms(positiveTerm(versions), required) : required);
  if ([...terms.values()].some(isImpossible)) return undefined;
  return makeIncompatibility(terms, cause);
}

/** Takes an incompatibility that a larger one replaces out of propagation; proofs may still refer to it. */
function forget(state: SolverState, id: number): void {
  for (const package_ of state.incompatibilities[id]?.packages ?? []) {
    const ids = incompatibilitiesOf(state, package_);
    const at = ids.lastIndexOf(id);
    if (at >= 0) ids.splice(at, 1);
  }
}
