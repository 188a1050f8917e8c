/**
 * The port through which the resolver learns about the world.
 *
 * Every question may be answered at once or with a promise. A source that has everything in its cache answers at once,
 * and the whole resolution then runs without a single await. A question that was answered with a promise is asked
 * again when the promise is settled, and must then be answered at once.
 */
import type { IndexFile } from "../index/index-file.ts";
import type { VersionRange } from "../versions/range.ts";
import type { Requirement } from "../versions/requirement.ts";
import type { WheelTargets } from "../versions/wheel-targets.ts";

/** Why a release cannot be chosen for the target, though it exists. */
export type UnusableReason =
  | { readonly kind: "no-wheel"; readonly detail: string }
  | { readonly kind: "yanked"; readonly detail: string }
  /** None of its files has a hash that is demanded. */
  | { readonly kind: "hash"; readonly detail: string }
  /** The wheel is no sound archive. */
  | { readonly kind: "archive"; readonly detail: string }
  | { readonly kind: "metadata"; readonly detail: string };

/** `hidden` releases are treated as if the index did not have them (`--exclude-newer`). */
export type ReleaseStatus =
  | { readonly kind: "usable" }
  | { readonly kind: "hidden" }
  | { readonly kind: "unusable"; readonly reason: UnusableReason }
  | { readonly kind: "python"; readonly requiresPython: string };

/** The releases of one project, ascending by version key; decoded lazily, one release at a time. */
export interface Releases {
  readonly name: string;
  /** `absent`: no index knows the project; `offline`: nothing is cached and asking is forbidden. */
  readonly kind: "found" | "absent" | "offline";
  readonly count: number;
  keyAt(release: number): string;
  textAt(release: number): string;
  statusAt(release: number): ReleaseStatus;
  /** Whether a release is surely hidden; may answer false for one whose files were never looked at. Cheap. */
  isHiddenAt(release: number): boolean;
  /** The file for the target and all hashes of a usable release. */
  choiceAt(release: number): ReleaseChoice;
  /** Of a release none of whose wheels is for the target, what they are for; undefined where it has none. Only told. */
  wheelTargetsAt?(release: number): WheelTargets | undefined;
}

export interface ReleaseChoice {
  readonly file: IndexFile;
  /** `sha256:…` of every file of the release that has one, sorted. */
  readonly hashes: readonly string[];
  /** The index, without secrets; for a direct URL, that URL. */
  readonly index: string;
  /** Where the file was asked for by URL. */
  readonly url?: string;
}

/** A requirement whose marker held for the target, with all that the solver needs of it. */
export interface JudgedRequirement {
  readonly name: string;
  readonly extras: readonly string[];
  readonly range: VersionRange;
  /** The specifiers, normalised; empty for any version. */
  readonly text: string;
  /** Do the specifiers admit one version only? */
  readonly isPin: boolean;
  readonly url?: string;
  /** The texts that `===` asks for, lower-case. The range knows their version only. */
  readonly spellings?: readonly string[];
}

/** What one release requires. `unusable` when its metadata cannot be read as a release of this version. */
export type ReleaseRequirements =
  | { readonly kind: "known"; readonly requirements: readonly Requirement[]; readonly extras: readonly string[] }
  | { readonly kind: "judged"; readonly requirements: readonly JudgedRequirement[]; readonly extras: readonly string[] }
  | { readonly kind: "unusable"; readonly reason: UnusableReason }
  | { readonly kind: "python"; readonly requiresPython: string };

export interface ReleaseSource {
  releases(name: string): Releases | Promise<Releases>;
  /**
   * Requirements that may hold for a release: without `extra` those that may hold when no extra is asked for, with it
   * those that may hold because of it. Markers are the target's business: a source of `known` requirements leaves them
   * alone, and one that remembers `judged` requirements (`judgeRequirements`) was made for one target.
   */
  requirements(
    releases: Releases,
    release: number,
    extra: string | undefined,
  ): ReleaseRequirements | Promise<ReleaseRequirements>;
  /** Begins to fetch a project that will be asked for soon. Never waits, never fails. */
  prefetchProject(name: string): void;
  /**
   * The project will probably be decided within this range: once its page is here, the metadata of the likely release
   * can be fetched too. Never waits, never fails.
   */
  expect(name: string, range: VersionRange): void;
}
