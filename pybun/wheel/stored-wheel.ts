import { join } from "node:path";
import type { Store } from "@vivarium/core/store";
import { manifestVersion, readManifest, type WheelManifest } from "./manifest.ts";

/** The kind of the store's entries for unpacked wheels. Another format of entries gets another kind. */
export const wheelKind = `wheels-v${manifestVersion}`;

/** A wheel in the store. */
export interface StoredWheel {
  /** Hexadecimal SHA-256 of the archive: the key of the entry. */
  readonly sha256: string;
  /** The tree: what this wheel puts into site-packages. */
  readonly path: string;
  /** Where the files of the other schemes are: `<dataPath>/<scheme>/<path>`. */
  readonly dataPath: string;
  readonly manifest: WheelManifest;
  /** Unpacked by this process, which has checked and written each file of it a moment ago. */
  readonly isFresh?: true;
}

/** The wheel with this hash if it is in the store. @throws E_STORE_DAMAGED */
export function findStoredWheel(store: Store, sha256: string): StoredWheel | undefined {
  const entry = store.entryPath(wheelKind, sha256);
  const manifest = readManifest(entry);
  if (manifest === undefined) return undefined;
  return { sha256, path: join(entry, "tree"), dataPath: join(entry, "data"), manifest };
}
