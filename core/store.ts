/**
 * The content-addressed store: directories by kind and key, each whole from the moment it can be seen.
 *
 *   root/<kind>/<key>       an entry; never changed after it was published, except by its own kind's rules
 *   root/tmp/<owner>.<n>    an entry in the making; published by one rename
 *   root/trash/<owner>.<n>  an entry on its way out: it leaves its place by one rename, then its files go
 *   root/locks/<name>       files for advisory locks; they hold nothing and stay
 *   root/leases/<owner>.<n> entries that a living process uses, one `kind/key` a line
 *
 * Each of these folders is a real directory, never a link out of the store (store/own-folders.ts).
 * Whoever installs or leases keeps everybody from evicting meanwhile (store/eviction.ts). Who cannot afford a lock leases
 * first and then looks for what leaves the store before the entry does.
 *
 * A process that is killed leaves either the old or the new state, and leftovers that the next sweep finds by their
 * owner's death. What is not synced: files of an entry, because everything here can be fetched or built again and a
 * sync for each of thousands of files costs more than the download. A power cut may so leave a named entry with short
 * files; kinds seal their entries (sizes and hashes), and a broken seal means "make it again".
 * Nothing is touched on disk until it is needed, so opening a store costs nothing.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { assert } from "./assert.ts";
import { evict, type Patience, withEviction, withoutEviction } from "./store/eviction.ts";
import { acquireFileLock } from "./store/file-lock.ts";
import { errnoOf, ioProblem } from "./store/io-problem.ts";
import { liveLeases, writeLease } from "./store/lease.ts";
import { removeLeftover } from "./store/leftover.ts";
import { checkFolders, hasFolder, isOwnedName, ownerOf } from "./store/own-folders.ts";
import { mayBeAlive, ownIdentity } from "./store/process-identity.ts";
import { removeAtExit } from "./store/remove-at-exit.ts";
import { removeTree } from "./store/remove-tree.ts";

/** The name of one entry. */
export interface StoreKey {
  readonly kind: string;
  readonly key: string;
}

export interface Store {
  readonly root: string;
  /** Where an entry is, or would be. */
  readonly entryPath: (kind: string, key: string) => string;
  readonly has: (kind: string, key: string) => boolean;
  /**
   * Makes an entry: `fill` writes into an empty directory of its own, which then becomes the entry by one rename. If
   * somebody else published the same key meanwhile, theirs stays and ours goes. Returns the entry's path.
   */
  readonly publish: (kind: string, key: string, fill: (directory: string) => Promise<void> | void) => Promise<string>;
  /** A directory that is ours alone until we end; `publishFrom` turns it into an entry. */
  readonly temporaryDirectory: () => string;
  readonly publishFrom: (directory: string, kind: string, key: string) => string;
  /** Runs `body` while no other holder of the same name does, in any process. Freed by death. */
  readonly withLock: <T>(name: string, body: () => Promise<T> | T, signal?: AbortSignal) => Promise<T>;
  /** Runs `body` while nobody evicts: for whoever installs, until what he made is leased. May be nested. */
  readonly withoutEviction: <T>(body: () => Promise<T> | T, signal?: AbortSignal) => Promise<T>;
  /** Runs `body` while nobody installs. @throws E_STORE_BUSY */
  readonly withEviction: <T>(body: () => Promise<T> | T, patience: Patience) => Promise<T>;
  /** Removes an entry: it is gone at once, its files a little later. Returns false if there was none. */
  readonly remove: (kind: string, key: string) => boolean;
  /** The same, unless `isUsed` says otherwise just before or after it left: then it stays, and this returns false. */
  readonly removeUnused: (entry: StoreKey, isUsed: () => boolean) => boolean;
  /** Keys of the entries of a kind, in no order. */
  readonly keys: (kind: string) => readonly string[];
  /** Says that this process uses these entries until it ends; kept across execve. Returns what ends it sooner. */
  readonly lease: (entries: readonly StoreKey[]) => () => void;
  /** `kind/key` of all entries that living processes use. */
  readonly leased: () => ReadonlySet<string>;
  /** Deletes what dead processes left in `tmp`, `trash` and `leases`; names of another form are somebody else's. */
  readonly sweep: () => void;
}

const namePattern = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,200}$/;

/** Whether a kind, key or lock may be called so: names that mean one plain file on every system. */
export function isStoreName(name: string): boolean {
  return namePattern.test(name);
}

/** @throws every function: E_STORE_READ_ONLY, E_STORE_PERMISSION, E_STORE_FULL, E_STORE_NOT_DIRECTORY, E_STORE_IO */
export function openStore(root: string): Store {
  const place = (...names: readonly string[]): string => {
    for (const name of names) assert(isStoreName(name), `'${name}' is a name that the store may use`);
    return join(root, ...names);
  };
  const entryPath = (kind: string, key: string) => place(kind, key);
  const temporaryDirectory = () => {
    const directory = makeOwned(root, "tmp");
    removeAtExit(directory);
    return directory;
  };
  const publishFrom = (directory: string, kind: string, key: string) =>
    publishDirectory(directory, { parent: place(kind), path: entryPath(kind, key) });
  return {
    root,
    entryPath,
    temporaryDirectory,
    publishFrom,
    has: (kind, key) => existsSync(entryPath(kind, key)),
    publish: async (kind, key, fill) => {
      const directory = temporaryDirectory();
      try {
        await fill(directory);
        return publishFrom(directory, kind, key);
      } catch (error) {
        removeLeftover(directory);
        throw ioProblem(error, { path: directory, operation: "write" });
      }
    },
    withLock: (name, body, signal) => withLock({ root, path: place("locks", name) }, body, signal),
    withoutEviction: async (body, signal) => withoutEviction({ ...evictionLock(root), signal }, body),
    withEviction: async (body, patience) => withEviction({ ...evictionLock(root), ...patience }, body),
    remove: (kind, key) => discard(root, entryPath(kind, key)),
    removeUnused: ({ kind, key }, isUsed) => discard(root, entryPath(kind, key), isUsed),
    keys: (kind) => listNames(place(kind)),
    lease: (entries) => translate(root, "write", () => writeLease(ensureFolder(root, "leases"), entries)),
    leased: () => translate(root, "read", () => leasesBelow(root)),
    sweep: () => translate(root, "sweep", () => sweep(root)),
  };
}

function translate<T>(path: string, operation: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw ioProblem(error, { path, operation });
  }
}

/** Backup and indexing tools skip a directory with this file (bford.info/cachedir). */
export const cacheTag =
  "Signature: 8a477f597d28d172789f06886806bc55\n# Everything in here can be fetched or built again.\n";

function ensureFolder(root: string, name: string): string {
  const path = join(root, name);
  if (hasFolder(path)) return path;
  return translate(path, "create", () => {
    const isNew = !existsSync(root);
    mkdirSync(path, { recursive: true });
    if (isNew) writeFileSync(join(root, "CACHEDIR.TAG"), cacheTag);
    return path;
  });
}

let counter = 0;

const ownedName = (): string => `${ownIdentity()}.${counter++}`;

function makeOwned(root: string, folder: string): string {
  const parent = ensureFolder(root, folder);
  return translate(parent, "create", () => {
    for (;;) {
      const path = join(parent, ownedName());
      try {
        mkdirSync(path);
        return path;
      } catch (error) {
        // A worker of this process, or what this process was before an execve, has the name.
        if (errnoOf(error) !== "EEXIST") throw error;
      }
    }
  });
}

/** rename(2) never replaces a directory that holds something: whoever comes second finds the winner's entry. */
function publishDirectory(directory: string, { parent, path }: { parent: string; path: string }): string {
  return translate(path, "publish", () => {
    if (!hasFolder(parent)) mkdirSync(parent, { recursive: true });
    try {
      renameSync(directory, path);
    } catch (error) {
      const errno = errnoOf(error);
      // A file or a link where an entry belongs is none.
      if (errno === "ENOTDIR" && removeFile(path)) return publishDirectory(directory, { parent, path });
      const isTaken = errno === "ENOTEMPTY" || errno === "EEXIST" || (errno === "EPERM" && existsSync(path));
      if (!isTaken) throw error;
      removeTree(directory);
    }
    return path;
  });
}

function removeFile(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== false) return false;
  unlinkSync(path);
  return true;
}

async function withLock<T>(
  { root, path }: { root: string; path: string },
  body: () => Promise<T> | T,
  signal?: AbortSignal,
): Promise<T> {
  ensureFolder(root, "locks");
  const release = await acquireFileLock(path, signal).catch((error: unknown) => {
    throw ioProblem(error, { path, operation: "lock" });
  });
  try {
    return await body();
  } finally {
    release();
  }
}

function evictionLock(root: string) {
  checkFolders(root);
  return { root, path: join(ensureFolder(root, "locks"), "eviction") };
}

function discard(root: string, path: string, isUsed = () => false): boolean {
  if (!hasFolder(dirname(path)) || lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
  const trash = ensureFolder(root, "trash");
  return translate(path, "remove", () => evict({ path, trash: join(trash, ownedName()) }, isUsed));
}

const leasesBelow = (root: string): ReadonlySet<string> =>
  hasFolder(join(root, "leases")) ? liveLeases(join(root, "leases")) : new Set();

function listNames(path: string): readonly string[] {
  try {
    return hasFolder(path) ? readdirSync(path) : [];
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw ioProblem(error, { path, operation: "list" });
  }
}

function sweep(root: string): void {
  checkFolders(root);
  for (const folder of ["tmp", "trash", "leases"]) {
    for (const name of listNames(join(root, folder))) {
      // What another user left is his to remove, and in nobody's way.
      if (isOwnedName(name) && !mayBeAlive(ownerOf(name))) removeLeftover(join(root, folder, name));
    }
  }
}
