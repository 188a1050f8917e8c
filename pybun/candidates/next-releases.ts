/** In which order the releases of a project will be tried if each one turns out not to fit. */
import type { Releases } from "../resolver/release-source.ts";
import { firstAtOrAbove, type SelectionRule } from "../resolver/select-release.ts";
import type { VersionRange } from "../versions/range.ts";
import { isPrereleaseKey } from "../versions/version-key.ts";

interface Trying {
  /** What is allowed now. */
  readonly range: VersionRange;
  readonly rule: SelectionRule;
  /** The release that is tried now. */
  readonly after: number;
}

/**
 * First those of the range, as the rule prefers them. Then those beyond the present one in order: where another
 * project's choice narrows the range, it will be another one when that choice is taken back.
 */
export function* nextReleases(releases: Releases, { range, rule, after }: Trying): Generator<number, void, void> {
  const given = new Set([after]);
  for (const isWanted of passesOf(rule)) {
    for (const release of releasesIn(releases, range, rule.highest)) {
      if (given.has(release) || !isWanted(releases.keyAt(release))) continue;
      given.add(release);
      yield release;
    }
  }
  const step = rule.highest ? -1 : 1;
  for (let release = after + step; release >= 0 && release < releases.count; release += step) {
    if (!given.has(release) && (rule.prereleases === "allow" || !isPrereleaseKey(releases.keyAt(release))))
      yield release;
  }
}

function passesOf({ prereleases }: SelectionRule): readonly ((key: string) => boolean)[] {
  if (prereleases === "allow") return [() => true];
  const isFinal = (key: string): boolean => !isPrereleaseKey(key);
  return prereleases === "disallow" ? [isFinal] : [isFinal, isPrereleaseKey];
}

function* releasesIn(releases: Releases, range: VersionRange, highest: boolean): Generator<number, void, void> {
  const intervals = range.length / 2;
  for (let step = 0; step < intervals; step++) {
    const at = 2 * (highest ? intervals - 1 - step : step);
    const from = firstAtOrAbove(releases, range[at] ?? "");
    const to = firstAtOrAbove(releases, range[at + 1] ?? "");
    for (let count = 0; count < to - from; count++) yield highest ? to - 1 - count : from + count;
  }
}
