/** Versions in words: bounds that no existing release would notice are left out, as a person would. */
import { rangeContains, type VersionRange } from "../versions/range.ts";
import { isPrereleaseKey } from "../versions/version-key.ts";
import type { Releases } from "./release-source.ts";

/** How many separate runs of releases a sentence can bear. */
const runsMax = 3;

/** `foo>=2,<=2.5`; just the label where every existing release is meant. */
export function describeVersions(
  meant: { readonly label: string; readonly range: VersionRange; readonly written: string },
  releases: Releases | undefined,
): string {
  const { label, range, written } = meant;
  const plain = label + written;
  if (releases === undefined || releases.kind !== "found") return plain;
  const visible = visibleReleases(releases);
  const runs = runsWithin(visible, range, releases);
  if (runs.length === 0 || runs.length > runsMax) return plain;
  return runs.map((run) => label + describeRun(run, { releases, visible })).join(" or ");
}

/** Whether a range holds releases, and every one of them is a pre-release. */
export function hasOnlyPrereleases(range: VersionRange, releases: Releases): boolean {
  const inside = visibleReleases(releases).filter((release) => rangeContains(range, releases.keyAt(release)));
  return inside.length > 0 && inside.every((release) => isPrereleaseKey(releases.keyAt(release)));
}

/** Releases that are not hidden. */
function visibleReleases(releases: Releases): readonly number[] {
  const all = Array.from({ length: releases.count }, (_, release) => release);
  return all.filter((release) => releases.statusAt(release).kind !== "hidden");
}

/** Positions within the visible releases, both ends included. */
interface Run {
  readonly first: number;
  readonly last: number;
}

function runsWithin(visible: readonly number[], range: VersionRange, releases: Releases): readonly Run[] {
  const runs: Run[] = [];
  visible.forEach((release, position) => {
    if (!rangeContains(range, releases.keyAt(release))) return;
    const open = runs.at(-1);
    if (open !== undefined && open.last === position - 1) runs[runs.length - 1] = { ...open, last: position };
    else runs.push({ first: position, last: position });
  });
  return runs;
}

function describeRun(
  { first, last }: Run,
  { releases, visible }: { releases: Releases; visible: readonly number[] },
): string {
  const textOf = (position: number): string => releases.textAt(visible[position] ?? 0);
  const reachesEnd = last === visible.length - 1;
  if (first === 0 && reachesEnd) return "";
  if (first === last) return `==${textOf(first)}`;
  const lower = first === 0 ? [] : [`>=${textOf(first)}`];
  return [...lower, ...(reachesEnd ? [] : [`<=${textOf(last)}`])].join(",");
}
