/**
 * Versions in words.
 *
 * What is *selected* can only be a release that exists, so bounds that no existing release would notice are left out,
 * as a person would: with 2.6 as the newest release, `>=2.0,<2.9` is `>=2.0`. What is *needed* is compared with other
 * needs, which may speak of versions that do not exist, so nothing of it may be left out: `>=2.0` and `>=2.9` would
 * seem to agree.
 */
import { formatRange, rangeContains, type VersionRange } from "../versions/range.ts";
import { isPrereleaseKey } from "../versions/version-key.ts";
import type { Releases } from "./release-source.ts";
import { firstAtOrAbove } from "./select-release.ts";

/** How many separate runs of releases, or intervals of versions, a sentence can bear. */
const runsMax = 3;

interface Meant {
  readonly label: string;
  readonly range: VersionRange;
  /** The range as somebody wrote it; undefined where nobody did. */
  readonly written: string | undefined;
}

/** Releases that may be selected: `foo>=2,<=2.5`; just the label where every existing release is meant. */
export function describeSelected(meant: Meant, releases: Releases | undefined): string {
  const { label, range } = meant;
  if (releases === undefined || releases.kind !== "found") return describeExactly(meant, releases);
  const visible = visibleReleases(releases);
  const runs = runsWithin(visible, range, releases);
  if (runs.length === 0 || runs.length > runsMax) return describeExactly(meant, releases);
  return runs.map((run) => label + describeRun(run, { releases, visible })).join(" or ");
}

/** Versions one of which is needed, whether they exist or not. Too many are not listed, and the words say so. */
export function describeNeeded(meant: Meant, releases: Releases | undefined): string {
  const { label, range } = meant;
  if (range.length <= 2 * runsMax || meant.written !== undefined) return describeExactly(meant, releases);
  const bounds: VersionRange = [range[0] ?? "", range.at(-1) ?? ""];
  return `certain versions of ${describeExactly({ label, range: bounds, written: undefined }, releases)}`;
}

/** All bounds as they are. */
export function describeExactly({ label, range, written }: Meant, releases?: Releases): string {
  const text = written ?? formatRange(range, releases === undefined ? undefined : spellingOf(releases));
  const alternatives = text === "*" ? [""] : text.split(" | ");
  return alternatives.map((bounds) => label + bounds).join(" or ");
}

function spellingOf(releases: Releases): (key: string) => string | undefined {
  return (key) => {
    const release = firstAtOrAbove(releases, key);
    return release < releases.count && releases.keyAt(release) === key ? releases.textAt(release) : undefined;
  };
}

/** Whether a range holds releases, and every one of them is a pre-release. */
export function hasOnlyPrereleases(range: VersionRange, releases: Releases): boolean {
  const inside = visibleReleases(releases).filter((release) => rangeContains(range, releases.keyAt(release)));
  return inside.length > 0 && inside.every((release) => isPrereleaseKey(releases.keyAt(release)));
}

/** Whether a range holds releases, and every one of them is hidden. */
export function hasOnlyHidden(range: VersionRange, releases: Releases): boolean {
  const all = Array.from({ length: releases.count }, (_, release) => release);
  const inside = all.filter((release) => rangeContains(range, releases.keyAt(release)));
  return inside.length > 0 && inside.every((release) => releases.statusAt(release).kind === "hidden");
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
