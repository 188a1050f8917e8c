/**
 * Gets the wheels of one installation into the store, each once: those that the resolution is sure of while it still
 * runs, the others when it has ended. The client bounds downloads and the pool of workers bounds unpacking, so all may
 * be asked for at once.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { hashProblem } from "../env/check-hashes.ts";
import { UndemandedFile } from "../index/hash-check.ts";
import type { IndexFile } from "../index/index-file.ts";
import type { Pin } from "../resolver/pins.ts";
import { type Downloader, ensureWheel } from "../wheel/ensure-wheel.ts";
import type { StoredWheel } from "../wheel/stored-wheel.ts";

interface FetchScene {
  readonly store: Store;
  readonly client: Downloader;
  readonly report: Report;
  /** Ends what waits for other processes; the client has a signal of its own for downloads. */
  readonly signal?: AbortSignal;
}

export interface Fetching {
  /** Begins with one wheel. Resolves with its METADATA, or `undefined` if there is none: `ensureAll` then tells why. */
  readonly begin: (file: IndexFile) => Promise<Uint8Array | undefined>;
  /** The wheels of all pins. Rejects with the first failure, E_ENV_HASH among them, while others may still be on their way. */
  readonly ensureAll: (pins: readonly Pin[]) => Promise<readonly StoredWheel[]>;
  /** Resolves when nothing is on its way any more, however it ended. */
  readonly settled: () => Promise<void>;
}

export function openFetching(scene: FetchScene): Fetching {
  const begun = new Map<string, Promise<StoredWheel>>();
  const ensure = (file: IndexFile): Promise<StoredWheel> => {
    const known = begun.get(file.url);
    if (known !== undefined) return known;
    const fetched = ensureWheel({ ...scene, file });
    begun.set(file.url, fetched);
    return fetched;
  };
  return {
    begin: (file) => ensure(file).then(readMetadata, () => undefined),
    ensureAll: (pins) =>
      Promise.all(pins.map((pin) => ensure(pin.file).catch((error) => Promise.reject(told(error, pin))))),
    async settled() {
      await Promise.allSettled(begun.values());
    },
  };
}

const told = (error: unknown, pin: Pin): unknown => (error instanceof UndemandedFile ? hashProblem(pin, error) : error);

/** Of the unpacked tree: the archive, RECORD included, was checked before it came there. */
function readMetadata({ path, manifest }: StoredWheel): Uint8Array | undefined {
  try {
    return readFileSync(join(path, manifest.distInfo, "METADATA"));
  } catch (error) {
    // A tree that was damaged behind our back is mended when it is linked; here the index tells as well.
    if (errnoOf(error) !== "ENOENT") throw error;
    return undefined;
  }
}
