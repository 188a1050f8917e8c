/** Writes and removes entries of the store. Whoever only reads one does not load the store itself. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { regularFileStatus } from "../../core/store/small-file.ts";
import { isStoreName, openStore, type Store, type StoreKey } from "../../core/store.ts";
import { fileName, isRefusal, sealed, unlessRefused } from "./kept-entry.ts";

/** Beyond these the oldest go. */
const entriesMax = 512;
const bytesMax = 2 ** 31;

export async function keepEntry(root: string, { kind, key }: StoreKey, contents: Uint8Array): Promise<void> {
  const store = openStore(root);
  const whole = sealed(contents);
  try {
    await store.publish(kind, key, (directory) => writeFileSync(join(directory, fileName), whole));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return;
  }
  unlessRefused(() => trim(store, kind));
}

/** Makes room for another one. */
export function removeEntry(root: string, { kind, key }: StoreKey): void {
  unlessRefused(() => openStore(root).remove(kind, key));
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
