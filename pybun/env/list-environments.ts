/** Listing, finding and removing environments. */
import { join, resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Store } from "@vivarium/core/store";
import type { envDiagnostics } from "./diagnostics.ts";
import {
  type EnvironmentRecord,
  environmentKind,
  environmentPath,
  ownedRecordName,
  readEnvironmentRecord,
  readRecordFile,
} from "./environment-record.ts";
import { listPlaced, removePlaced } from "./placed-environment.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** All environments that PyBun owns, those of the store first, by path. */
export function listEnvironments(store: Store): readonly EnvironmentRecord[] {
  const stored = store
    .keys(environmentKind)
    .map((key) => readEnvironmentRecord(store, key))
    .filter((record) => record !== undefined);
  const byPath = (a: EnvironmentRecord, b: EnvironmentRecord) => (a.path < b.path ? -1 : 1);
  return [...stored.toSorted(byPath), ...listPlaced(store).toSorted(byPath)];
}

/** The environment with this key (or a beginning of it that only one has) or at this path. @throws E_ENV_NOT_FOUND */
export function findEnvironment(store: Store, wanted: string, cwd: string): EnvironmentRecord {
  const path = resolve(cwd, wanted);
  // One that was moved still carries its record, which names the place where it was made.
  const placed = readRecordFile(join(path, ownedRecordName));
  if (placed !== undefined) return { ...placed, path };
  const all = listEnvironments(store);
  const exact = all.find((record) => record.key === wanted || record.path === path);
  const beginning = all.filter((record) => wanted.length >= 4 && record.key.startsWith(wanted));
  const found = exact ?? (beginning.length === 1 ? beginning[0] : undefined);
  if (found === undefined) throw problem("E_ENV_NOT_FOUND", { wanted });
  return found;
}

/** Removes an environment by key or path; the shared view stays. @throws E_ENV_NOT_FOUND, E_ENV_IN_USE, E_STORE_* */
export function removeEnvironment(
  store: Store,
  wanted: string,
  { cwd = process.cwd() }: { cwd?: string } = {},
): EnvironmentRecord {
  const record = findEnvironment(store, wanted, cwd);
  if (store.leased().has(`${environmentKind}/${record.key}`)) throw problem("E_ENV_IN_USE", { path: record.path });
  if (record.path === environmentPath(store, record.key)) store.remove(environmentKind, record.key);
  else removePlaced(store, record);
  return record;
}

/** What a process that uses an environment takes a lease on. */
export function leaseOf(record: EnvironmentRecord): { kind: string; key: string } {
  return { kind: environmentKind, key: record.key };
}
