import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isStoreName, type Store, type StoreKey } from "../store.ts";
import { errnoOf, ioProblem } from "./io-problem.ts";
import { isOwnedName, ownerOf } from "./own-folders.ts";
import { mayBeAlive } from "./process-identity.ts";
import { removeTree } from "./remove-tree.ts";

/** What clearing did: entries and bytes that went, entries that stayed because they are in use. */
export interface Cleared {
  readonly entries: number;
  readonly bytes: number;
  readonly kept: number;
  /** What is not the store's, and stays: names below the root. */
  readonly foreign: readonly string[];
}

/** Folders of the store itself: a lock or lease file that vanishes under its holder would mean nothing any more. */
const ownFolders: ReadonlySet<string> = new Set(["locks", "leases"]);
const ownedFolders: ReadonlySet<string> = new Set(["tmp", "trash"]);

export interface ClearOptions {
  /** What must stay. Asked again before each removal: leases come and go meanwhile. */
  readonly keeps: (entry: StoreKey) => boolean;
  /** Kinds whose entries depend on those of later and of unnamed kinds: they go first, so that a kill breaks none. */
  readonly dependents?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Empties the store: every entry of every kind, and whatever else lies in its folders, but not what `keeps` names, what
 * a living process is making, nor what lies in `tmp` and `trash` under a name that no process of ours gives. What could
 * not be removed raises E_STORE_*, and the rest stays. Whoever calls this holds the store's eviction lock.
 */
export function clearStore(store: Store, { keeps, dependents = [], signal }: ClearOptions): Cleared {
  store.sweep();
  const cleared = { entries: 0, bytes: 0, kept: 0 };
  for (const kind of inOrder(folders(store.root), dependents)) {
    for (const key of names(join(store.root, kind))) {
      signal?.throwIfAborted();
      if (isForeign({ kind, key }) || isInMaking(store, { kind, key })) continue;
      const bytes = removeCounted({ store, keeps }, { kind, key });
      if (bytes === undefined) cleared.kept += 1;
      cleared.entries += bytes === undefined ? 0 : 1;
      cleared.bytes += bytes ?? 0;
    }
  }
  return { ...cleared, foreign: foreignOf(store.root) };
}

const isForeign = ({ kind, key }: StoreKey): boolean => ownedFolders.has(kind) && !isOwnedName(key);

function foreignOf(root: string): readonly string[] {
  const links = names(root).filter((name) => lstatSync(join(root, name), { throwIfNoEntry: false })?.isSymbolicLink());
  const inside = [...ownedFolders, "leases"].flatMap((kind) =>
    names(join(root, kind)).flatMap((key) => (isOwnedName(key) ? [] : [`${kind}/${key}`])),
  );
  return [...links, ...inside].toSorted();
}

function inOrder(kinds: readonly string[], first: readonly string[]): readonly string[] {
  return [...first.filter((kind) => kinds.includes(kind)), ...kinds.filter((kind) => !first.includes(kind))];
}

/** Writers of small files hold no lock: they rename a `.tmp` that they have just written. */
const writingMsMax = 60_000;

function isInMaking({ root }: Store, { kind, key }: StoreKey): boolean {
  if (ownedFolders.has(kind)) return mayBeAlive(ownerOf(key));
  if (!key.endsWith(".tmp")) return false;
  const status = lstatSync(join(root, kind, key), { throwIfNoEntry: false });
  return status !== undefined && Date.now() - status.mtimeMs < writingMsMax;
}

interface Clearing extends Pick<ClearOptions, "keeps"> {
  readonly store: Store;
}

/** The bytes that went; undefined if the entry is kept. */
function removeCounted({ store, keeps }: Clearing, { kind, key }: StoreKey): number | undefined {
  const path = join(store.root, kind, key);
  const isKept = () => keeps({ kind, key });
  try {
    // An entry leaves by one rename, as everywhere; other files need no such care.
    const isEntry = !ownedFolders.has(kind) && isStoreName(kind) && isStoreName(key) && isDirectory(path);
    if (isKept()) return undefined;
    const bytes = bytesBelow(path);
    if (!isEntry) removeTree(path);
    else if (!store.removeUnused({ kind, key }, isKept) && isKept()) return undefined;
    return bytes;
  } catch (error) {
    throw ioProblem(error, { path, operation: "remove" });
  }
}

const isDirectory = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function folders(root: string): readonly string[] {
  return names(root).filter((name) => !ownFolders.has(name) && isDirectory(join(root, name)));
}

function names(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw ioProblem(error, { path, operation: "list" });
  }
}

/** Bytes of the files below a path; links count as themselves, and what vanishes meanwhile as nothing. */
function bytesBelow(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return stat?.size ?? 0;
  return names(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0);
}
