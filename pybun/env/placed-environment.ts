/**
 * Environments at a place that the user names (`env create --dir`). The prefix is built beside the place and comes
 * there by one rename. Where an environment of ours is replaced, the two exchange their places in one system call
 * where the system has it (renameat2 on Linux), so that a kill leaves the old or the new one; elsewhere the old one
 * first moves aside. The store keeps a pointer `placed-v1/<hash of the path>`, so that `env list` knows it.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Store } from "@vivarium/core/store";
import { errnoOf, ioProblem } from "@vivarium/core/store/io-problem";
import { makingReasonOf } from "@vivarium/core/system-reason";
import type { envDiagnostics } from "./diagnostics.ts";
import { type EnvironmentRecord, environmentKind, ownedRecordName, readRecordFile } from "./environment-record.ts";
import { exchangePaths } from "./exchange-paths.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** The kind of the store's pointers to environments at places of their own: each file holds a path. */
export const placedKind = "placed-v1";

/** The record of the environment at a path, if it is one of ours. */
export function readPlacedRecord(directory: string): EnvironmentRecord | undefined {
  const record = readRecordFile(join(directory, ownedRecordName));
  return record?.path === directory ? record : undefined;
}

export interface Placement {
  readonly store: Store;
  /** Absolute. */
  readonly directory: string;
  readonly record: EnvironmentRecord;
  readonly fill: (directory: string) => void;
}

/** @throws E_ENV_DIRECTORY_TAKEN, E_ENV_DIRECTORY_STORE, E_ENV_DIRECTORY_UNUSABLE, and the E_STORE_* codes */
export async function placeEnvironment({ store, directory, record, fill }: Placement): Promise<void> {
  checkPlace(store, directory);
  try {
    mkdirSync(dirname(directory), { recursive: true });
    const made = neighbourOf(directory);
    mkdirSync(made);
    try {
      fill(made);
      writeFileSync(join(made, ownedRecordName), JSON.stringify(record));
      writeFileAtomic(pointerPath(store, directory), directory);
      moveInto(made, directory);
    } finally {
      // After an exchange this is the old environment; after a plain rename there is nothing.
      rmSync(made, { recursive: true, force: true });
    }
  } catch (error) {
    throw placeProblem(error, { store, directory });
  }
}

/** A failed call as a problem of the place, unless it was the store's. */
function placeProblem(error: unknown, { store, directory }: Pick<Placement, "store" | "directory">): unknown {
  const errno = errnoOf(error);
  const isStores = error instanceof Error && "path" in error && String(error.path).startsWith(store.root + sep);
  if (errno === undefined || isStores) return ioProblem(error, { path: directory, operation: "write" });
  const reason = errno === "EBUSY" ? "it is a mount point" : makingReasonOf(error);
  return problem("E_ENV_DIRECTORY_UNUSABLE", { path: directory, reason }, { cause: error });
}

export interface DirectoryWish {
  readonly store: Store;
  /** Absolute. */
  readonly directory: string;
  /** What the environment would be called there. */
  readonly key: string;
  /** An environment of ours may be replaced. */
  readonly clear: boolean;
  /** The wheels may be others than those of the environment that is there. */
  readonly refresh: boolean;
}

/**
 * Whether an environment may come to a place, before anything is fetched for it. One of the same key is taken as it is.
 * @throws E_ENV_EXISTS, E_ENV_IN_USE, E_ENV_DIRECTORY_TAKEN, E_ENV_DIRECTORY_STORE, E_ENV_DIRECTORY_UNUSABLE
 */
export function checkDirectory({ store, directory, key, clear, refresh }: DirectoryWish): void {
  try {
    checkPlace(store, directory);
  } catch (error) {
    throw placeProblem(error, { store, directory });
  }
  const record = readPlacedRecord(directory);
  if (record === undefined || (record.key === key && !refresh)) return;
  if (!clear) throw problem("E_ENV_EXISTS", { path: directory, refresh: record.key === key });
  if (store.leased().has(`${environmentKind}/${record.key}`)) throw problem("E_ENV_IN_USE", { path: directory });
}

function moveInto(made: string, directory: string): void {
  if (entriesOf(directory).length === 0) {
    renameSync(made, directory);
    return;
  }
  if (exchangePaths(made, directory)) return;
  const aside = neighbourOf(directory);
  renameSync(directory, aside);
  renameSync(made, directory);
  rmSync(aside, { recursive: true, force: true });
}

/** A free name beside a path, so that a rename between the two stays within one file system. */
function neighbourOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}`);
}

function checkPlace(store: Store, directory: string): void {
  const contains = (outer: string, inner: string) => inner === outer || inner.startsWith(outer + sep);
  if (contains(directory, store.root) || contains(store.root, directory)) {
    throw problem("E_ENV_DIRECTORY_STORE", { path: directory, store: store.root });
  }
  if (lstatSync(directory, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw problem("E_ENV_DIRECTORY_UNUSABLE", { path: directory, reason: "it is a symbolic link" });
  }
  if (entriesOf(directory).length > 0 && readPlacedRecord(directory) === undefined) {
    throw problem("E_ENV_DIRECTORY_TAKEN", { path: directory });
  }
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    if (errnoOf(error) === "ENOTDIR") throw problem("E_ENV_DIRECTORY_TAKEN", { path: directory });
    throw error;
  }
}

/** Records of all environments at places of their own that still exist. */
export function listPlaced(store: Store): readonly EnvironmentRecord[] {
  const folder = join(store.root, placedKind);
  return entriesOf(folder)
    .map((name) => readPlacedRecord(readFileSync(join(folder, name), "utf8")))
    .filter((record) => record !== undefined);
}

/** Removes an environment at a place of its own: it leaves its place by one rename, then its files go. */
export function removePlaced(store: Store, { path }: EnvironmentRecord): void {
  try {
    const trash = neighbourOf(path);
    renameSync(path, trash);
    rmSync(trash, { recursive: true, force: true });
    rmSync(pointerPath(store, path), { force: true });
  } catch (error) {
    throw ioProblem(error, { path, operation: "remove" });
  }
}

function pointerPath(store: Store, directory: string): string {
  return join(store.root, placedKind, new Bun.CryptoHasher("sha256").update(directory).digest("hex").slice(0, 40));
}
