/** Temporary files of writers that were killed before they could rename them. */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * No writer takes that long for one file. The age decides and not the process that the name tells of: a cache may be
 * shared with containers, whose processes have numbers of their own.
 */
const ageMsMin = 60 * 60 * 1000;

/** Removes them from a directory of the cache; for those who write there, since readers should not have to wait. */
export function sweepLeftovers(directory: string, nowMs: number): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory)) {
    if (!name.endsWith(".tmp")) continue;
    const path = join(directory, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && nowMs - stats.mtimeMs > ageMsMin) rmSync(path, { force: true });
  }
}
