/**
 * What a wish came to, as a list of wheels: `wheel-sets-v2/<key>`. The same wish at another place, or after its
 * environment was removed, needs neither an index nor a resolution as long as the wheels are in the store.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import type { Store } from "@vivarium/core/store";
import { errnoOf, ioProblem } from "@vivarium/core/store/io-problem";

/** The kind of the store's lists of wheels. Grows with the shape of an item. */
export const wheelSetKind = "wheel-sets-v2";

export interface WheelSetItem {
  readonly sha256: string;
  /** By which it was asked for, without secrets (env/direct-url.ts). */
  readonly url?: string;
}

const wheelSetPath = (store: Store, key: string): string => join(store.root, wheelSetKind, key);

/** The wheels of a wish. A list that is absent or was cut short by a power failure is no list. @throws E_STORE_… */
export function readWheelSet(store: Store, key: string): readonly WheelSetItem[] | undefined {
  const path = wheelSetPath(store, key);
  try {
    // Written by writeWheelSet only.
    return JSON.parse(readFileSync(path, "utf8")) as readonly WheelSetItem[];
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw ioProblem(error, { path, operation: "read" });
  }
}

/** Not written where it says so already. @throws E_STORE_… */
export function writeWheelSet(store: Store, key: string, wheels: readonly WheelSetItem[]): void {
  const items = wheels.map(({ sha256, url }) => (url === undefined ? { sha256 } : { sha256, url }));
  const text = JSON.stringify(items);
  const known = readWheelSet(store, key);
  if (known !== undefined && JSON.stringify(known) === text) return;
  writeFileAtomic(wheelSetPath(store, key), text);
}
