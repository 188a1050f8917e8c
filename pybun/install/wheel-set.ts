/**
 * What a wish came to, as a list of wheels: `wheel-sets-v1/<key>`. The same wish at another place, or after its
 * environment was removed, needs neither an index nor a resolution as long as the wheels are in the store.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import type { Store } from "@vivarium/core/store";
import { errnoOf } from "@vivarium/core/store/io-problem";

/** The kind of the store's lists of wheels. */
export const wheelSetKind = "wheel-sets-v1";

const wheelSetPath = (store: Store, key: string): string => join(store.root, wheelSetKind, key);

/** Hashes of the wheels of a wish. A list that is absent or was cut short by a power failure is no list. */
export function readWheelSet(store: Store, key: string): readonly string[] | undefined {
  try {
    // Written by writeWheelSet only.
    return JSON.parse(readFileSync(wheelSetPath(store, key), "utf8")) as readonly string[];
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Not written where it says so already. @throws E_STORE_… */
export function writeWheelSet(store: Store, key: string, hashes: readonly string[]): void {
  if (readWheelSet(store, key)?.join() === hashes.join()) return;
  writeFileAtomic(wheelSetPath(store, key), JSON.stringify(hashes));
}
