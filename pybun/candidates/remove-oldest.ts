/** Keeps a directory of derived files from growing. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Removes the files of this ending that were written first until `filesMax` are left. The directory is there and ours to change. */
export function removeOldest(directory: string, { ending, filesMax }: { ending: string; filesMax: number }): void {
  const names = readdirSync(directory).filter((name) => name.endsWith(ending));
  if (names.length <= filesMax) return;
  const aged = names.flatMap((name) => {
    const stats = statSync(join(directory, name), { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ name, mtimeMs: stats.mtimeMs }];
  });
  aged.sort((left, right) => left.mtimeMs - right.mtimeMs);
  for (const { name } of aged.slice(0, -filesMax)) rmSync(join(directory, name), { force: true });
}
