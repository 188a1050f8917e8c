import { chmodSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "./io-problem.ts";

/**
 * Deletes a path and all below it; one that is absent is no error. Entries may hold directories that nobody may write
 * to, which stop everybody but root from deleting what is in them: those are made writable first. Links are not
 * followed.
 */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== "EACCES" && errno !== "EPERM" && errno !== "ENOTEMPTY") throw error;
    makeWritable(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function makeWritable(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  chmodSync(path, 0o700);
  for (const item of readdirSync(path, { withFileTypes: true })) {
    if (item.isDirectory()) makeWritable(join(path, item.name));
  }
}
