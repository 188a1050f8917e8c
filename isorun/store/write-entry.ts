/** Writes entries of the store, and removes the oldest. Whoever only reads one does not load the store itself. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { regularFileStatus } from "../../core/store/small-file.ts";
import { isStoreName, openStore, type Store, type StoreKey } from "../../core/store.ts";
import { fileName, isRefusal, readEntry, sealed, unlessRefused } from "./kept-entry.ts";

/** Beyond these the oldest go. */
const entriesMax = 512;
const bytesMax = 2 ** 31;

/**
 * In the place of what is damaged, and of what has the name and is no entry. What somebody else has made meanwhile stays.
 * First goes what killed processes have left: on a full disk that may be the room that is missing.
 */
export async function keepEntry(root: string, { kind, key }: StoreKey, contents: Uint8Array): Promise<void> {
  const store = openStore(root);
  unlessRefused(() => store.sweep());
  const found = unlessRefused(() => readEntry(root, { kind, key }));
  if (typeof found === "string") unlessRefused(() => store.remove(kind, key));
  else if (found !== undefined) return;
  const whole = sealed(contents, key);
  try {
    await store.publish(kind, key, (directory) => writeFileSync(join(directory, fileName), whole));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return;
  }
  unlessRefused(() => trim(store, kind));
}

/** What was made first goes first, until the rest is within the bounds. What is no entry is not ours, and stays. */
function trim(store: Store, kind: string): void {
  const entries = store.keys(kind).flatMap((key) => {
    const status = isStoreName(key) ? regularFileStatus(join(store.entryPath(kind, key), fileName)) : undefined;
    return status === undefined ? [] : [{ key, bytes: status.size, madeMs: status.mtimeMs }];
  });
  entries.sort((a, b) => b.madeMs - a.madeMs);
  let bytes = 0;
  for (const [place, entry] of entries.entries()) {
    bytes += entry.bytes;
    // One that cannot be removed keeps its place; those that are older go.
    if (place >= entriesMax || bytes > bytesMax) unlessRefused(() => store.remove(kind, entry.key));
  }
}
