/**
 * Environments at a place that the user names (`env create --dir`). The prefix is built beside the place and comes
 * there by one rename. Where an environment of ours is replaced, the two exchange their places in one system call
 * where the system has it (renameat2 on Linux), so that a kill leaves the old or the new one; elsewhere the old one
 * first moves aside. The store keeps a pointer `placed-v2/<hash of the path>`, so that `env list` knows it and
 * `cache clean` leaves what it needs. A pointer outlives its environment: one that was moved, deleted by hand or lies on
 * a disk that is not there is listed as "moved or gone" until `env remove` forgets it. One that was moved is made known
 * at its new place as soon as a command is told of that place.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, sep } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import { isStoreName, type Store, type StoreKey } from "@vivarium/core/store";
import { errnoOf, ioProblem } from "@vivarium/core/store/io-problem";
import { readSmallText, wholeOf } from "@vivarium/core/store/small-file";
import { makingReasonOf } from "@vivarium/core/system-reason";
import { workingDirectory } from "@vivarium/core/working-directory";
import type { envDiagnostics } from "./diagnostics.ts";
import { type EnvironmentRecord, ownedRecordName } from "./environment-record.ts";
import { exchangePaths } from "./exchange-paths.ts";
import { type FoundEnvironment, inspectPlace } from "./place.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** The kind of the store's pointers to environments at places of their own: a line with the key, then the path. */
export const placedKind = "placed-v2";

export interface Placement {
  readonly store: Store;
  /** Absolute. */
  readonly directory: string;
  readonly record: EnvironmentRecord;
  readonly fill: (directory: string) => void;
  /** An environment of ours that is for something else may be replaced. */
  readonly clear: boolean;
}

/** The lock for a place, by its real name: a directory above it can have two. */
export function placeLockOf(directory: string): string {
  return `place-${hashOf(realPlace(directory))}`;
}

/** By its place: equal wishes have one key everywhere. */
export function placedLeaseOf(directory: string): StoreKey {
  return { kind: placedKind, key: hashOf(realPlace(directory)) };
}

function realPlace(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return dirname(path) === path ? path : join(realPlace(dirname(path)), basename(path));
  }
}

/** @throws E_ENV_IN_USE, E_ENV_DIRECTORY_TAKEN, E_ENV_DIRECTORY_STORE, E_ENV_DIRECTORY_UNUSABLE, the E_STORE_* codes */
export async function placeEnvironment({ store, directory, record, fill, clear }: Placement): Promise<void> {
  checkPlace(store, directory);
  checkUnused(store, directory);
  try {
    mkdirSync(dirname(directory), { recursive: true });
    const made = neighbourOf(directory);
    mkdirSync(made);
    try {
      fill(made);
      writeFileSync(join(made, ownedRecordName), JSON.stringify(record));
      writePointer(store, record);
      // Somebody with another store, whose locks are not ours, may have come first.
      if (!clear) checkSame(directory, record.key);
      moveOrForget(store, { made, directory });
    } finally {
      // After an exchange this is the old environment; after a plain rename there is nothing.
      rmSync(made, { recursive: true, force: true });
    }
  } catch (error) {
    throw placeProblem(error, { store, directory });
  }
}

/** The pointer comes first: after a kill in between the place is listed as gone, instead of losing its wheels unseen. */
function moveOrForget(store: Store, { made, directory }: { made: string; directory: string }): void {
  try {
    moveInto(made, directory);
  } catch (error) {
    if (inspectPlace(directory).kind === "none") forgetPlace(store, directory);
    throw error;
  }
}

/** A failed call as a problem of the place, unless it was the store's. */
function placeProblem(error: unknown, { store, directory }: Pick<Placement, "store" | "directory">): unknown {
  const errno = errnoOf(error);
  const isStores = writtenPlace(error)?.startsWith(store.root + sep) === true;
  if (errno === undefined || isStores) return ioProblem(error, { path: directory, operation: "write" });
  const reason = errno === "EBUSY" ? "it is a mount point" : makingReasonOf(error);
  return problem("E_ENV_DIRECTORY_UNUSABLE", { path: directory, reason }, { cause: error });
}

/** Of a copy or a link that came from what is there, its target; else what the system named. */
function writtenPlace(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("path" in error)) return undefined;
  const from = String(error.path);
  return "dest" in error && existsSync(from) ? String(error.dest) : from;
}

export interface DirectoryWish {
  readonly store: Store;
  /** Absolute. */
  readonly directory: string;
  /** What the environment would be called there. */
  readonly key: string;
  /** An environment of ours may be replaced. */
  readonly clear: boolean;
}

/**
 * Whether an environment may come to a place, before anything is fetched for it. One of the same key is taken as it is.
 * @throws E_ENV_EXISTS, E_ENV_MOVED, E_ENV_LAYOUT, E_ENV_IN_USE, E_ENV_DIRECTORY_TAKEN, E_ENV_DIRECTORY_STORE,
 *   E_ENV_DIRECTORY_UNUSABLE
 */
export function checkDirectory({ store, directory, key, clear }: DirectoryWish): void {
  try {
    checkPlace(store, directory);
  } catch (error) {
    throw placeProblem(error, { store, directory });
  }
  if (clear) checkUnused(store, directory);
  else checkSame(directory, key);
}

function checkSame(directory: string, key: string): void {
  const place = inspectPlace(directory);
  if (place.kind === "none") return;
  if (place.kind === "foreign") throw problem("E_ENV_LAYOUT", { path: directory, format: place.format });
  const { movedFrom } = place.record;
  if (movedFrom !== undefined) throw problem("E_ENV_MOVED", { path: directory, from: movedFrom });
  if (place.record.key !== key) throw problem("E_ENV_EXISTS", { path: directory });
}

function checkUnused(store: Store, directory: string): void {
  const place = inspectPlace(directory);
  if (place.kind !== "environment" && place.kind !== "moved") return;
  const { kind, key } = placedLeaseOf(directory);
  if (store.leased().has(`${kind}/${key}`)) throw problem("E_ENV_IN_USE", { path: directory });
}

function moveInto(made: string, directory: string): void {
  refuseCurrent(directory);
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

/** Whoever is in a directory stays in it when another takes its name: a shell would stand in one that is gone. */
function refuseCurrent(directory: string): void {
  const current = `${workingDirectory()}${sep}`;
  if (!current.startsWith(directory + sep)) return;
  const reason = "it is the current directory or holds it, and would be replaced; name it from above";
  throw problem("E_ENV_DIRECTORY_UNUSABLE", { path: directory, reason });
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
  if (entriesOf(directory).length > 0 && inspectPlace(directory).kind === "none") {
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

export interface GoneEnvironment {
  readonly key: string;
  readonly path: string;
}

export interface PlacedEnvironments {
  readonly found: readonly FoundEnvironment[];
  /** Places where there is none any more: moved, deleted by hand, on a disk that is not there. */
  readonly gone: readonly GoneEnvironment[];
}

/** Whether a file among the pointers is one, and not what a killed process left in the making. */
export const isPointerName = (name: string): boolean => /^[0-9a-f]{40}$/.test(name);

/** All environments at places of their own that were made with this store. */
export function listPlaced(store: Store): PlacedEnvironments {
  const folder = join(store.root, placedKind);
  const found = new Map<string, FoundEnvironment>();
  const gone: GoneEnvironment[] = [];
  for (const name of store.keys(placedKind).filter(isPointerName)) {
    const text = wholeOf(readSmallText(join(folder, name))) ?? "";
    const end = text.indexOf("\n");
    const [key, path] = [text.slice(0, Math.max(end, 0)), text.slice(end + 1)];
    // Cut short, or no pointer at all: it says nothing of any place.
    if (!isStoreName(key) || !isAbsolute(path)) continue;
    const place = inspectPlace(path);
    if (place.kind === "none") gone.push({ key, path });
    else if (place.kind !== "foreign") found.set(place.record.path, place.record);
  }
  return { found: [...found.values()], gone };
}

const unwritable = new Set(["E_STORE_READ_ONLY", "E_STORE_PERMISSION", "E_STORE_FULL"]);

/** Makes an environment known where it is now; its former place is forgotten, unless it is a copy. */
export function adoptMoved(store: Store, record: FoundEnvironment): void {
  const { movedFrom } = record;
  if (movedFrom === undefined) return;
  try {
    writePointer(store, record);
    if (inspectPlace(movedFrom).kind === "none") forgetPlace(store, movedFrom);
  } catch (error) {
    // Who only asks where an environment is gets his answer from a store that nobody may write to as well.
    if (!(error instanceof Problem && unwritable.has(error.code))) throw error;
  }
}

/** @throws E_STORE_* */
export function forgetPlace(store: Store, path: string): void {
  const pointer = pointerPath(store, path);
  try {
    rmSync(pointer, { force: true });
  } catch (error) {
    throw ioProblem(error, { path: pointer, operation: "remove" });
  }
}

/** One that says so already stays: to put a new file in another's place, some file systems wait for their disk. */
function writePointer(store: Store, { key, path }: EnvironmentRecord): void {
  const pointer = pointerPath(store, path);
  const text = `${key}\n${path}`;
  if (wholeOf(readSmallText(pointer)) !== text) writeFileAtomic(pointer, text);
}

/** Removes an environment at a place of its own: it leaves its place by one rename, then its files go. */
export function removePlaced(store: Store, { path }: EnvironmentRecord): void {
  try {
    const trash = neighbourOf(path);
    renameSync(path, trash);
    rmSync(trash, { recursive: true, force: true });
  } catch (error) {
    throw ioProblem(error, { path, operation: "remove" });
  }
  forgetPlace(store, path);
}

function pointerPath(store: Store, directory: string): string {
  return join(store.root, placedKind, hashOf(directory));
}

const hashOf = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 40);
