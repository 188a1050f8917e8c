/**
 * Which package is decided next. Any order is correct; a good one meets conflicts early and picks what people expect.
 *
 * By project, in rising priority: nothing known; blamed for many conflicts; hit by many conflicts; pinned to one
 * version by some requirement; given by URL. Within a tier what was seen first goes first, and packages of one project
 * go together. After five conflicts a project's tier rises: what is hit goes ahead of what is to blame, and the blamed
 * one is taken back so that the order can change (the heuristics of uv; see docs/decisions/0002-own-resolver.md).
 */
import type { Incompatibility } from "./incompatibility.ts";
import { type PackageTable, packageEntry } from "./package-table.ts";

export type PriorityTier = "unspecified" | "conflict-late" | "conflict-early" | "pinned" | "url";

const tierRank: Readonly<Record<PriorityTier, number>> = {
  unspecified: 1,
  "conflict-late": 2,
  "conflict-early": 3,
  pinned: 4,
  url: 5,
};

const conflictThreshold = 5;
/** More packages than any resolution has; keeps tier, project and package apart in one number below 2^53. */
const rankStep = 1 << 20;

export interface Priorities {
  /** By name index. */
  readonly tiers: (PriorityTier | undefined)[];
  /** Order in which packages were first required. */
  readonly seen: Map<number, number>;
  /** The rank of each undecided package as of the last change of its term. */
  readonly current: (number | undefined)[];
}

export const createPriorities = (): Priorities => ({ tiers: [], seen: new Map(), current: [] });

export interface ConflictTracker {
  readonly affected: Map<number, number>;
  readonly culprit: Map<number, number>;
  readonly prioritise: number[];
  readonly deprioritise: number[];
}

export const createConflictTracker = (): ConflictTracker => ({
  affected: new Map(),
  culprit: new Map(),
  prioritise: [],
  deprioritise: [],
});

/** Takes notice of a requirement for the package. */
export function notePackage(
  priorities: Priorities,
  package_: number,
  found: { nameIndex: number; tier: "unspecified" | "pinned" | "url" },
): void {
  if (!priorities.seen.has(package_)) priorities.seen.set(package_, priorities.seen.size);
  const known = priorities.tiers[found.nameIndex];
  if (known === undefined || tierRank[found.tier] > tierRank[known]) priorities.tiers[found.nameIndex] = found.tier;
}

interface Ranking {
  readonly priorities: Priorities;
  readonly packages: PackageTable;
}

/** Higher goes first. Root and python come before all others. */
export function rankOf({ priorities, packages }: Ranking, package_: number): number {
  const { nameIndex } = packageEntry(packages, package_);
  if (nameIndex < 0) return Number.MAX_SAFE_INTEGER - package_;
  const tier = priorities.tiers[nameIndex] ?? "unspecified";
  const seen = priorities.seen.get(package_) ?? rankStep - 1;
  return (tierRank[tier] * rankStep + (rankStep - 1 - nameIndex)) * rankStep + (rankStep - 1 - seen);
}

/** Counts a conflict: `affected` could not be had, all other packages of the incompatibility are to blame. */
export function recordConflict(
  { conflicts, packages }: { readonly conflicts: ConflictTracker; readonly packages: PackageTable },
  conflict: { affected: number; decided: number; incompatibility: Incompatibility },
): void {
  const affectedName = packageEntry(packages, conflict.affected).nameIndex;
  let isReal = false;
  for (const package_ of conflict.incompatibility.packages) {
    if (package_ === conflict.affected || packageEntry(packages, package_).nameIndex === affectedName) continue;
    isReal = true;
    const count = (conflicts.culprit.get(package_) ?? 0) + 1;
    conflicts.culprit.set(package_, count);
    if (count === conflictThreshold) conflicts.deprioritise.push(package_);
  }
  if (!isReal) return;
  const count = (conflicts.affected.get(conflict.decided) ?? 0) + 1;
  conflicts.affected.set(conflict.decided, count);
  if (count === conflictThreshold) conflicts.prioritise.push(conflict.decided);
}

/** Raises the tier of a project that was hit by many conflicts. */
export function markConflictEarly(priorities: Priorities, nameIndex: number): void {
  if (nameIndex >= 0) priorities.tiers[nameIndex] = "conflict-early";
}

/** Raises the tier of a project that was blamed for many conflicts; false when it stands there already. */
export function markConflictLate(priorities: Priorities, nameIndex: number): boolean {
  const tier = priorities.tiers[nameIndex];
  if (nameIndex < 0 || tier === "conflict-late" || tier === "conflict-early") return false;
  priorities.tiers[nameIndex] = "conflict-late";
  return true;
}
