/**
 * Removes what killed processes left beside the store's small files: records, choices, pages of an index. They are
 * written to `<name>.<pid>.<n>.tmp` and renamed at once, so one that is an hour old has no writer any more. An age, and
 * not the process id in the name: the same number is another process in another container that shares the store. What
 * the system does not let this user see or remove stays for another sweep: it is in nobody's way.
 */
import { type Dirent, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Store } from "@vivarium/core/store";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { removeLeftover } from "@vivarium/core/store/leftover";

const ageMinMs = 3_600_000;

/**
 * Folders of whole entries, of every layout version, and of the store itself: nothing is renamed into place inside
 * them. A pattern and not the kinds' constants, which would load half of the installer into every run.
 */
const skipped = /^(?:(?:wheels|views|envs)-v\d+|tmp|trash|locks|leases)$/;

export function sweepRecords(store: Store, nowMs = Date.now()): void {
  for (const folder of namesIn(store.root)) {
    if (!skipped.test(folder)) sweepFolder(join(store.root, folder), nowMs, 2);
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The same for environments in the making beside the place that they are for: `.<name>.<uuid>`. */
export function sweepBeside(place: string, nowMs = Date.now()): void {
  const prefix = `.${basename(place)}.`;
  for (const { name } of entriesIn(dirname(place))) {
    const path = join(dirname(place), name);
    const isOurs = name.startsWith(prefix) && uuid.test(name.slice(prefix.length));
    if (isOurs && isOlder(path, nowMs)) removeLeftover(path);
  }
}

/** As writers call what they are about to rename: by their process, most also by a number. */
const ourTemporary = /\.\d+(?:\.\d+)?\.tmp$/;

/** `depth` levels of folders: an index has one for each server. */
function sweepFolder(folder: string, nowMs: number, depth: number): void {
  for (const entry of entriesIn(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 1) sweepFolder(path, nowMs, depth - 1);
    else if (entry.isFile() && ourTemporary.test(entry.name) && isOlder(path, nowMs)) removeLeftover(path);
  }
}

const namesIn = (folder: string): readonly string[] =>
  entriesIn(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

function entriesIn(folder: string): readonly Dirent[] {
  return unlessRefused(() => readdirSync(folder, { withFileTypes: true })) ?? [];
}

/** A file that its writer renames meanwhile is none of ours. */
function isOlder(path: string, nowMs: number): boolean {
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
