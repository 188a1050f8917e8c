/**
 * What is resolved for: one interpreter on one platform. Everything that asks "does this marker hold" goes through the
 * target, so that a fork on markers only has to bring another target.
 */
import { evaluateMarker, type Marker, type MarkerEnvironment } from "../versions/marker.ts";
import type { Version } from "../versions/version.ts";

export interface ResolveTarget {
  readonly markers: MarkerEnvironment;
  /** Compatible wheel tags, best first. */
  readonly tags: readonly string[];
  readonly python: Version;
}

/** Answers whether markers hold for one target; each distinct marker is evaluated once an extra. */
export interface MarkerJudge {
  readonly holds: (marker: Marker | undefined, extra: string | undefined) => boolean;
}

export function createMarkerJudge(target: ResolveTarget): MarkerJudge {
  const known = new Map<Marker, Map<string, boolean>>();
  const evaluate = (marker: Marker, extra: string): boolean => {
    const byExtra = known.get(marker) ?? new Map<string, boolean>();
    known.set(marker, byExtra);
    const answer = byExtra.get(extra) ?? evaluateMarker(marker, target.markers, new Set(extra === "" ? [] : [extra]));
    byExtra.set(extra, answer);
    return answer;
  };
  return { holds: (marker, extra = "") => marker === undefined || evaluate(marker, extra) };
}
