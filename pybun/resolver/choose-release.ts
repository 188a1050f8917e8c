/**
 * Chooses a release of a package, and finds out what choosing it means.
 *
 * In: a package that must be selected, the versions that it may still have, and which releases were learnt before. Out:
 * one choice, as data; record-choice.ts applies it. Nothing of the solver's state is changed here, so that a source
 * that has to be waited for can be asked again.
 */
import { anyVersion, intersectRanges, rangeOf, type VersionRange } from "../versions/range.ts";
import { type DependencyEdge, releaseEdges } from "./dependency.ts";
import { type ExclusionChoice, exclusionOf } from "./exclusion.ts";
import { rangeOfReleases } from "./facts.ts";
import type { Cause } from "./incompatibility.ts";
import { type PackageEntry, pythonPackage, rootPackage } from "./package-table.ts";
import type { Releases } from "./release-source.ts";
import { selectRelease } from "./select-release.ts";
import type { SolverSetting } from "./solver-setting.ts";
import { narrowBySpelling } from "./spelling.ts";
import { positiveTerm, type Term } from "./term.ts";

/** What was found out about a package: an answer to wait for, why it cannot be had, or the release to take. */
export type Choice =
  | { readonly kind: "waiting"; readonly until: Promise<unknown> }
  | { readonly kind: "fact"; readonly term: Term; readonly cause: Cause }
  | ExclusionChoice
  | { readonly kind: "known"; readonly release: number; readonly range: VersionRange }
  | LearntChoice;

/** A release whose edges were not known before. */
export interface LearntChoice {
  readonly kind: "learnt";
  readonly release: number;
  readonly range: VersionRange;
  readonly edges: readonly DependencyEdge[];
  /** The versions that the edges are known for, gaps around the release included. */
  readonly versions: VersionRange;
}

export interface Asked {
  readonly package_: number;
  readonly entry: PackageEntry;
  readonly term: Term;
  readonly isKnown: (release: number) => boolean;
}

/** Chooses among the releases that the term admits. */
export function chooseRelease(setting: SolverSetting, asked: Asked): Choice {
  const { package_, entry, term } = asked;
  if (package_ === rootPackage) return chooseRoot(setting);
  if (package_ === pythonPackage) return noVersions(package_, term);
  const releases = setting.source.releases(entry.name);
  if (releases instanceof Promise) return { kind: "waiting", until: releases };
  if (releases.kind === "found") return chooseAmong(setting, releases, asked);
  const cause = { kind: "unknown-project", subject: package_, offline: releases.kind === "offline" } as const;
  return { kind: "fact", term: positiveTerm(anyVersion), cause };
}

/** The user's requirements hold whatever is selected. */
function chooseRoot({ source, rootEdges }: SolverSetting): Choice {
  const edges = narrowBySpelling(source, rootEdges);
  if (edges instanceof Promise) return { kind: "waiting", until: edges };
  return { kind: "learnt", release: 0, range: anyVersion, edges, versions: anyVersion };
}

const noVersions = (subject: number, term: Term): Choice => ({
  kind: "fact",
  term,
  cause: { kind: "no-versions", subject, range: term.range },
});

function chooseAmong(setting: SolverSetting, releases: Releases, asked: Asked): Choice {
  const { package_, entry, term } = asked;
  const selection = setting.selectionFor(entry.name);
  const release = selectRelease(releases, term.range, selection);
  if (release === undefined) return noVersions(package_, term);
  const status = releases.statusAt(release);
  if (status.kind !== "usable") {
    const step = selection.highest ? -1 : 1;
    const own = ownRange(setting, entry.name);
    return exclusionOf({ package_, releases, release, status, step, asked: term.range, own });
  }
  if (asked.isKnown(release)) return { kind: "known", release, range: exactRange(releases, release) };
  if (entry.kind === "extra") return learnt({ releases, release, edges: proxyEdges(entry, { releases, release }) });
  return askEdges(setting, { package_, entry, releases, release, asked: term.range });
}

/** The versions that the user's own requirements admit. */
function ownRange({ rootEdges }: SolverSetting, name: string): VersionRange {
  const own = rootEdges.filter((edge) => edge.name === name).map(({ range }) => range);
  return own.reduce(intersectRanges, anyVersion);
}

interface Candidate {
  readonly package_: number;
  readonly entry: PackageEntry;
  readonly releases: Releases;
  readonly release: number;
  readonly asked: VersionRange;
}

function askEdges(setting: SolverSetting, candidate: Candidate): Choice {
  const { package_, entry, releases, release, asked } = candidate;
  const answer = releaseEdges(setting, { releases, release, extra: entry.extra });
  if (answer instanceof Promise) return { kind: "waiting", until: answer };
  if (answer.kind !== "edges")
    return exclusionOf({ package_, releases, release, status: answer, step: 0, asked, own: anyVersion });
  for (const edge of answer.edges) setting.source.prefetchProject(edge.name);
  return learnt({ releases, release, edges: answer.edges });
}

function learnt(found: { releases: Releases; release: number; edges: readonly DependencyEdge[] }): LearntChoice {
  const { releases, release, edges } = found;
  const versions = rangeOfReleases(releases, release, release);
  return { kind: "learnt", release, range: exactRange(releases, release), edges, versions };
}

const exactRange = (releases: Releases, release: number): VersionRange => rangeOf({ key: releases.keyAt(release) });

/** `foo[x]` at a version is `foo` and what `x` adds, both at that version. */
function proxyEdges(entry: PackageEntry, chosen: { releases: Releases; release: number }): DependencyEdge[] {
  const { releases, release } = chosen;
  const range = exactRange(releases, release);
  const text = `==${releases.textAt(release)}`;
  const common = { name: entry.name, range, text, tier: "pinned", origin: "extra" } as const;
  return [common, ...(entry.extra === undefined ? [] : [{ ...common, extra: entry.extra, toFeatures: true } as const])];
}
