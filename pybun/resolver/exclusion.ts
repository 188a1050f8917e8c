/** Why a release cannot be had, told for all its neighbours at once that cannot be had for the same reason. */
import { assert } from "@vivarium/core/assert";
import { rangeContains, rangeOf, type VersionRange } from "../versions/range.ts";
import { rangeOfReleases } from "./facts.ts";
import type { Cause } from "./incompatibility.ts";
import { pythonRange } from "./python-range.ts";
import type { ReleaseStatus, Releases } from "./release-source.ts";
import { positiveTerm, type Term } from "./term.ts";

/** An unusable release is a fact; one for another Python is taken, so that its need of a Python meets the target's. */
export type ExclusionChoice =
  | { readonly kind: "fact"; readonly term: Term; readonly cause: Extract<Cause, { kind: "unusable" }> }
  | {
      readonly kind: "other-python";
      readonly release: number;
      readonly range: VersionRange;
      readonly cause: Extract<Cause, { kind: "requires-python" }>;
    };

interface Exclusion {
  readonly package_: number;
  readonly releases: Releases;
  readonly release: number;
  readonly status: ReleaseStatus;
  /** In which direction to look for neighbours that are excluded for the same reason; 0 for this release alone. */
  readonly step: -1 | 0 | 1;
  /** The versions that are asked for. */
  readonly asked: VersionRange;
  /** The versions that the user's own requirements admit: of others nobody wants to be told. */
  readonly own: VersionRange;
}

/** Says why a release cannot be had. It is neither usable nor hidden. */
export function exclusionOf(exclusion: Exclusion): ExclusionChoice {
  const { package_, releases, release, status } = exclusion;
  const last = lastAlike(exclusion);
  const versions = rangeOfReleases(releases, Math.min(release, last), Math.max(release, last));
  if (status.kind === "unusable") {
    const cause = { kind: "unusable", subject: package_, versions, reason: status.reason } as const;
    return { kind: "fact", term: positiveTerm(versions), cause };
  }
  assert(status.kind === "python", "usable and hidden releases are not excluded");
  const { requiresPython: text } = status;
  const cause = { kind: "requires-python", dependent: package_, versions, required: pythonRange(text), text } as const;
  return { kind: "other-python", release, range: rangeOf({ key: releases.keyAt(release) }), cause };
}

/** The farthest neighbour, without a gap, that is excluded for the same reason. */
function lastAlike({ releases, release, status, step, asked, own }: Exclusion): number {
  if (step === 0) return release;
  // Hashes are demanded of a pin: that they are not those of other versions either is true, and misleads.
  const isPin = status.kind === "unusable" && status.reason.kind === "hash";
  const told = isPin ? asked : own;
  const isTold = (one: number) => rangeContains(told, releases.keyAt(one));
  const isAlike = (one: number) => isTold(one) && isSameStatus(releases.statusAt(one), status);
  let next = release + step;
  while (next >= 0 && next < releases.count && isAlike(next)) next += step;
  return next - step;
}

function isSameStatus(left: ReleaseStatus, right: ReleaseStatus): boolean {
  if (left.kind === "python" && right.kind === "python") return left.requiresPython === right.requiresPython;
  if (left.kind !== "unusable" || right.kind !== "unusable") return false;
  return left.reason.kind === right.reason.kind && left.reason.detail === right.reason.detail;
}
