/** Which release of a range is tried first: the highest or the lowest, final releases before pre-releases. */
import type { VersionRange } from "../versions/range.ts";
import { isPrereleaseKey } from "../versions/version-key.ts";
import type { Releases } from "./release-source.ts";

/** `prefer-final`: a pre-release only where no final release is left in the range. */
export type PrereleaseChoice = "allow" | "disallow" | "prefer-final";

export interface SelectionRule {
  readonly highest: boolean;
  readonly prereleases: PrereleaseChoice;
}

/** The index of the release to try, which may turn out unusable; undefined where the range holds none. */
export function selectRelease(releases: Releases, range: VersionRange, rule: SelectionRule): number | undefined {
  if (rule.prereleases === "allow") return firstRelease(releases, range, { highest: rule.highest, accept: () => true });
  const final = firstRelease(releases, range, { highest: rule.highest, accept: (key) => !isPrereleaseKey(key) });
  if (final !== undefined || rule.prereleases === "disallow") return final;
  return firstRelease(releases, range, { highest: rule.highest, accept: isPrereleaseKey });
}

interface Search {
  readonly highest: boolean;
  readonly accept: (key: string) => boolean;
}

function firstRelease(releases: Releases, range: VersionRange, search: Search): number | undefined {
  const intervals = range.length / 2;
  for (let step = 0; step < intervals; step++) {
    const at = 2 * (search.highest ? intervals - 1 - step : step);
    const from = firstAtOrAbove(releases, range[at] ?? "");
    const to = firstAtOrAbove(releases, range[at + 1] ?? "");
    const found = firstBetween(releases, { from, to }, search);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstBetween(releases: Releases, span: { from: number; to: number }, search: Search): number | undefined {
  for (let step = 0; step < span.to - span.from; step++) {
    const release = search.highest ? span.to - 1 - step : span.from + step;
    if (!search.accept(releases.keyAt(release))) continue;
    if (releases.statusAt(release).kind !== "hidden") return release;
  }
  return undefined;
}

/** The first release whose key is not below the cut. */
export function firstAtOrAbove(releases: Releases, cut: string): number {
  let low = 0;
  let high = releases.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (releases.keyAt(middle) < cut) low = middle + 1;
    else high = middle;
  }
  return low;
}
