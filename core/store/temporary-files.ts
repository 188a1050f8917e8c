/**
 * Removes what killed processes left beside small files: those are written to `<name>.<pid>.<n>.tmp` and renamed at
 * once, so one that is an hour old has no writer any more. An age, and not the process id in the name: the same number
 * is another process in another container that shares the store. Names of another form are somebody else's. What the
 * system does not let this user see or remove stays for another sweep: it is in nobody's way.
 */
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "./io-problem.ts";
import { removeLeftover } from "./leftover.ts";

const ageMinMs = 3_600_000;

/** As writers call what they are about to rename: by their process, most also by a number. */
const ourTemporary = /\.\d+(?:\.\d+)?\.tmp$/;

/** `depth`: levels of folders. For those who write there, since readers should not have to wait. */
export function sweepTemporaryFiles(folder: string, { nowMs = Date.now(), depth = 1 } = {}): void {
  for (const entry of entriesIn(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 1) sweepTemporaryFiles(path, { nowMs, depth: depth - 1 });
    else if (entry.isFile() && ourTemporary.test(entry.name) && isAbandoned(path, nowMs)) removeLeftover(path);
  }
}

export function entriesIn(folder: string): readonly Dirent[] {
  return unlessRefused(() => readdirSync(folder, { withFileTypes: true })) ?? [];
}

/** Whether nobody can be at work on it any more. A file that its writer renames meanwhile is none of ours. */
export function isAbandoned(path: string, nowMs: number): boolean {
  const status = unlessRefused(() => statSync(path, { throwIfNoEntry: false }));
  return status !== undefined && nowMs - status.mtimeMs > ageMinMs;
}

function unlessRefused<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
