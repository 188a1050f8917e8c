/**
 * What a wish came to, as a list of wheels: `wheel-sets-v2/<key>`. The same wish at another place, or after its
 * environment was removed, needs neither an index nor a resolution as long as the wheels are in the store.
 */
import { join } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import { isStoreName, type Store } from "@vivarium/core/store";
import { hasFields, readSmallJson, wholeOf } from "@vivarium/core/store/small-file";

/** The kind of the store's lists of wheels. Grows with the shape of an item. */
export const wheelSetKind = "wheel-sets-v2";

export interface WheelSetItem {
  readonly sha256: string;
  /** By which it was asked for, without secrets (env/direct-url.ts). */
  readonly url?: string;
}

const wheelSetPath = (store: Store, key: string): string => join(store.root, wheelSetKind, key);

/** The wheels of a wish. A list that is absent or damaged is no list. @throws E_STORE_… */
export function readWheelSet(store: Store, key: string): readonly WheelSetItem[] | undefined {
  return wholeOf(readSmallJson(wheelSetPath(store, key), isWheelSet));
}

const isWheelSet = (value: object): value is WheelSetItem[] => Array.isArray(value) && value.every(isItem);

function isItem(value: unknown): value is WheelSetItem {
  if (typeof value !== "object" || value === null || !hasFields(value, { sha256: "string" })) return false;
  const { sha256, url } = value as { sha256: string; url?: unknown }; // as looked at
  return isStoreName(sha256) && (url === undefined || typeof url === "string");
}

/** Not written where it says so already. @throws E_STORE_… */
export function writeWheelSet(store: Store, key: string, wheels: readonly WheelSetItem[]): void {
  const items = wheels.map(({ sha256, url }) => (url === undefined ? { sha256 } : { sha256, url }));
  const text = JSON.stringify(items);
  const known = readWheelSet(store, key);
  if (known !== undefined && JSON.stringify(known) === text) return;
  writeFileAtomic(wheelSetPath(store, key), text);
}
