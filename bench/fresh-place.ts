import { existsSync, mkdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";

let serial = 0;

/**
 * Makes room for the next round by moving what is there aside, still below `scratch`.
 *
 * Nothing is deleted between rounds. ext4 steps over each inode that was deleted in the last minutes (`recently_deleted`
 * in its allocator), so whoever makes thousands of files after thousands were deleted pays for that: half of the time of
 * a cold installation, in a profile. Nobody installs into a machine that has just thrown as much away.
 */
export function moveAside(path: string, scratch: string): void {
  if (!existsSync(path)) return;
  const aside = join(scratch, "aside");
  mkdirSync(aside, { recursive: true });
  renameSync(path, join(aside, `${basename(path)}-${serial++}`));
}

/** What one contender wrote must not reach the disk in the time of the next. */
export function settleDisk(): void {
  if (process.platform !== "win32") Bun.spawnSync(["sync"]);
}
