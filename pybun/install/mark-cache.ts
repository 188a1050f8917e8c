/** CACHEDIR.TAG: backup and indexing tools skip a directory that has it (bford.info/cachedir). */
import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheTag, type Store } from "@vivarium/core/store";
import { ioProblem } from "@vivarium/core/store/io-problem";

/**
 * Marks a store that is there and has no mark: the cache of interpreters can have made its directory first, before the
 * store had anything to put into it. Written in place, by one call: a kill leaves no file or an empty one, which counts
 * as none, and nothing beside it. @throws E_STORE_…
 */
export function markCache({ root }: Store): void {
  const path = join(root, "CACHEDIR.TAG");
  try {
    const status = lstatSync(path, { throwIfNoEntry: false });
    const isMissing = status === undefined || (status.isFile() && status.size === 0);
    if (isMissing && existsSync(root)) writeFileSync(path, cacheTag);
  } catch (error) {
    throw ioProblem(error, { path, operation: "write" });
  }
}
