/** Removes what killed processes left in the store's folders of small files, and beside places of environments. */
import { basename, dirname, join } from "node:path";
import type { Store } from "@vivarium/core/store";
import { removeLeftover } from "@vivarium/core/store/leftover";
import { entriesIn, isAbandoned, sweepTemporaryFiles } from "@vivarium/core/store/temporary-files";

/**
 * Folders of whole entries, of every layout version, and of the store itself: nothing is renamed into place inside
 * them. A pattern and not the kinds' constants, which would load half of the installer into every run.
 */
const skipped = /^(?:(?:wheels|views|envs)-v\d+|tmp|trash|locks|leases)$/;

/** Records, choices, and pages of an index, which has a folder for each server. */
export function sweepRecords(store: Store, nowMs = Date.now()): void {
  for (const entry of entriesIn(store.root)) {
    if (!entry.isDirectory() || skipped.test(entry.name)) continue;
    sweepTemporaryFiles(join(store.root, entry.name), { nowMs, depth: 2 });
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The same for environments in the making beside the place that they are for: `.<name>.<uuid>`. */
export function sweepBeside(place: string, nowMs = Date.now()): void {
  const prefix = `.${basename(place)}.`;
  for (const { name } of entriesIn(dirname(place))) {
    const path = join(dirname(place), name);
    const isOurs = name.startsWith(prefix) && uuid.test(name.slice(prefix.length));
    if (isOurs && isAbandoned(path, nowMs)) removeLeftover(path);
  }
}
