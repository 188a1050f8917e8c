import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isStoreName, type Store } from "../store.ts";
import { errnoOf, ioProblem } from "./io-problem.ts";
import { mayBeAlive } from "./process-identity.ts";
import { removeTree } from "./remove-tree.ts";

/** What clearing did: entries and bytes that went, entries that stayed because they are in use. */
export interface Cleared {
  readonly entries: number;
  readonly bytes: number;
  readonly kept: number;
}

/** Folders of the store itself: a lock or lease file that vanishes under its holder would mean nothing any more. */
const ownFolders: ReadonlySet<string> = new Set(["locks", "leases"]);
const ownedFolders: ReadonlySet<string> = new Set(["tmp", "trash"]);

/**
 * Empties the store: every entry of every kind, and whatever else lies in its folders, but not the entries of `keep`
 * (`kind/key`) nor what a living process is making. What could not be removed raises E_STORE_*, and the rest stays.
 */
export function clearStore(store: Store, keep: ReadonlySet<string>, signal?: AbortSignal): Cleared {
  store.sweep();
  const cleared = { entries: 0, bytes: 0, kept: 0 };
  for (const kind of folders(store.root)) {
    for (const key of names(join(store.root, kind))) {
      signal?.throwIfAborted();
      const isOwned = ownedFolders.has(kind) && mayBeAlive(key.slice(0, key.lastIndexOf(".")));
      if (isOwned || keep.has(`${kind}/${key}`)) {
        cleared.kept += isOwned ? 0 : 1;
        continue;
      }
      cleared.bytes += removeCounted(store, { kind, key });
      cleared.entries += 1;
    }
  }
  return cleared;
}

function removeCounted(store: Store, { kind, key }: { kind: string; key: string }): number {
  const path = join(store.root, kind, key);
  try {
    const bytes = bytesBelow(path);
    // An entry leaves by one rename, as everywhere; other files need no such care.
    const isEntry = !ownedFolders.has(kind) && isStoreName(kind) && isStoreName(key) && lstatSync(path).isDirectory();
    if (isEntry) store.remove(kind, key);
    else removeTree(path);
    return bytes;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0; // somebody else cleans too
    throw ioProblem(error, { path, operation: "remove" });
  }
}

function folders(root: string): readonly string[] {
  return names(root).filter((name) => !ownFolders.has(name) && lstatSync(join(root, name)).isDirectory());
}

function names(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw ioProblem(error, { path, operation: "list" });
  }
}

/** Bytes of the files below a path; links count as themselves. */
function bytesBelow(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0);
}
