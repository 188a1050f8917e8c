/** Listing, finding and removing environments. */
import { resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Store, StoreKey } from "@vivarium/core/store";
import { workingDirectory } from "@vivarium/core/working-directory";
import type { envDiagnostics } from "./diagnostics.ts";
import {
  type EnvironmentRecord,
  environmentKind,
  environmentPath,
  readEnvironmentRecord,
} from "./environment-record.ts";
import { type FoundEnvironment, inspectPlace } from "./place.ts";
import {
  adoptMoved,
  forgetPlace,
  type GoneEnvironment,
  listPlaced,
  placedKind,
  placedLeaseOf,
  removePlaced,
} from "./placed-environment.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** All environments that PyBun owns, those of the store first, by path. */
export function listEnvironments(store: Store): readonly FoundEnvironment[] {
  const stored = store
    .keys(environmentKind)
    .map((key) => readEnvironmentRecord(store, key))
    .filter((record) => record !== undefined);
  const byPath = (a: EnvironmentRecord, b: EnvironmentRecord) => (a.path < b.path ? -1 : 1);
  return [...stored.toSorted(byPath), ...listPlaced(store).found.toSorted(byPath)];
}

/** Places where environments were, and are not any more, by path. */
export function listGone(store: Store): readonly GoneEnvironment[] {
  return listPlaced(store).gone.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The environment with this key (or a beginning of it that only one has) or at this path. One that was moved is known
 * at its new place from now on.
 * @throws E_ENV_NOT_FOUND, E_ENV_AMBIGUOUS, E_ENV_LAYOUT
 */
export function findEnvironment(store: Store, wanted: string, cwd: string): FoundEnvironment {
  const found = tryFindEnvironment(store, wanted, cwd);
  if (found === undefined) throw problem("E_ENV_NOT_FOUND", { wanted });
  return found;
}

/** The same, or undefined. @throws E_ENV_AMBIGUOUS, E_ENV_LAYOUT */
export function tryFindEnvironment(store: Store, wanted: string, cwd: string): FoundEnvironment | undefined {
  const path = resolve(cwd, wanted);
  const place = inspectPlace(path);
  if (place.kind === "foreign") throw problem("E_ENV_LAYOUT", { path, format: place.format });
  if (place.kind === "moved") adoptMoved(store, place.record);
  return place.kind === "none" ? pick(listEnvironments(store), { wanted, path }) : place.record;
}

/** Is there, or was there, an environment with this key or at this path? @throws E_ENV_AMBIGUOUS, E_ENV_LAYOUT */
export function isEnvironment(store: Store, wanted: string, cwd: string): boolean {
  const found = tryFindEnvironment(store, wanted, cwd) ?? pickGone(store, wanted, cwd);
  return found !== undefined;
}

const pickGone = (store: Store, wanted: string, cwd: string): GoneEnvironment | undefined =>
  pick(listGone(store), { wanted, path: resolve(cwd, wanted) });

/** The same wish at two places has one key. @throws E_ENV_AMBIGUOUS */
function pick<T extends GoneEnvironment>(all: readonly T[], { wanted, path }: { wanted: string; path: string }) {
  const there = all.find((entry) => entry.path === path);
  const called = all.filter(({ key }) => key === wanted || (wanted.length >= 4 && key.startsWith(wanted)));
  if (there !== undefined || called.length <= 1) return there ?? called[0];
  throw problem("E_ENV_AMBIGUOUS", { wanted, paths: called.map((entry) => entry.path) });
}

/** What a removal did: of an environment that is gone already there is only a record to forget. */
export interface Removal extends GoneEnvironment {
  readonly kind: "removed" | "forgotten";
}

/**
 * Removes an environment by key or path; the shared view stays. Of one that is gone already, what the store remembers:
 * whatever stands at its place now is not ours.
 * @throws E_ENV_NOT_FOUND, E_ENV_AMBIGUOUS, E_ENV_LAYOUT, E_ENV_IN_USE, E_STORE_*
 */
export function removeEnvironment(
  store: Store,
  wanted: string,
  { cwd = workingDirectory() }: { cwd?: string } = {},
): Removal {
  const record = tryFindEnvironment(store, wanted, cwd);
  if (record === undefined) return forgetGone(store, wanted, cwd);
  const lease = leaseOf(store, record);
  const isUsed = () => store.leased().has(`${lease.kind}/${lease.key}`);
  if (lease.kind === environmentKind) store.removeUnused(lease, isUsed);
  if (isUsed()) throw problem("E_ENV_IN_USE", { path: record.path });
  if (lease.kind === placedKind) removePlaced(store, record);
  return { kind: "removed", key: record.key, path: record.path };
}

function forgetGone(store: Store, wanted: string, cwd: string): Removal {
  const gone = pickGone(store, wanted, cwd);
  if (gone === undefined) throw problem("E_ENV_NOT_FOUND", { wanted });
  forgetPlace(store, gone.path);
  return { kind: "forgotten", ...gone };
}

/** What a process that uses an environment takes a lease on. */
export function leaseOf(store: Store, { path, key }: EnvironmentRecord): StoreKey {
  return path === environmentPath(store, key) ? { kind: environmentKind, key } : placedLeaseOf(path);
}
