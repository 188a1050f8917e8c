/**
 * Environments at a place that the user names (`env create --dir`). The prefix is built beside the place and comes
 * there by one rename. Where an environment of ours is replaced, the two exchange their places in one system call
 * where the system has it (renameat2 on Linux), so that a kill leaves the old or the new one; elsewhere the old one
 * first moves aside. The store keeps a pointer `placed-v1/<hash of the path>`, so that `env list` knows it.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Store } from "@vivarium/core/store";
import { errnoOf, ioProblem } from "@vivarium/core/store/io-problem";
import type { envDiagnostics } from "./diagnostics.ts";
import { type EnvironmentRecord, ownedRecordName, readRecordFile } from "./environment-record.ts";
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

/** @throws E_ENV_DIRECTORY_TAKEN, E_ENV_DIRECTORY_STORE, and the E_STORE_* codes */
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
    throw ioProblem(error, { path: directory, operation: "write" });
  }
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
