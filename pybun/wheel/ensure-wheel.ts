/**
 * A wheel of the index, unpacked in the store: found there, or downloaded, checked, unpacked and published.
 *
 * The archive goes to disk while it arrives, never whole into memory, and is deleted once unpacked: the tree is what is
 * used, and keeping both would double the store. Downloads run on the main thread and overlap with the unpacking of
 * other wheels in workers. Nothing appears in the store before the last check has passed.
 */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { assert } from "@vivarium/core/assert";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { coreDiagnostics } from "@vivarium/core/diagnostics";
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import { ioProblem } from "@vivarium/core/store/io-problem";
import { removeLeftover } from "@vivarium/core/store/leftover";
import type { IndexFile } from "../index/index-file.ts";
import { checkSeal } from "./seal.ts";
import { findStoredWheel, type StoredWheel, wheelKind } from "./stored-wheel.ts";
import { startUnpackers, unpackInWorker } from "./unpack-pool.ts";

const storeProblem = problemsOf<typeof coreDiagnostics>();

/** What downloading needs of an index client: bytes in order; resolves when length and all hashes were right. */
export interface Downloader {
  readonly download: (
    file: IndexFile,
    sink: { write(chunk: Uint8Array): void | Promise<void> },
  ) => Promise<{ bytes: number; sha256: string }>;
}

export interface EnsureWheelOptions {
  readonly store: Store;
  readonly file: IndexFile;
  readonly client: Downloader;
  readonly report: Report;
  /** Ends the wait for another process that fetches the same wheel. */
  readonly signal?: AbortSignal;
}

const swept = new WeakSet<Store>();

/** What killed processes left goes when something new is fetched: the warm path never looks for it. */
function sweepOnce(store: Store): void {
  if (swept.has(store)) return;
  swept.add(store);
  store.sweep();
}

/** @throws the codes of wheelDiagnostics, the E_STORE_* codes, and what the client throws */
export async function ensureWheel(options: EnsureWheelOptions): Promise<StoredWheel> {
  const { store, file, client, report, signal } = options;
  const sha256 = file.hashes["sha256"];
  const known = sha256 === undefined ? undefined : findOrDiscard({ store, sha256, report });
  if (known !== undefined && file.demanded === undefined) return known;
  sweepOnce(store);
  startUnpackers();
  if (sha256 === undefined) return fetchWheel(options);
  // Who waits here finds the wheel of whoever was first, instead of downloading it again.
  const findOrFetch = async (): Promise<StoredWheel> => {
    const found = findOrDiscard({ store, sha256, report });
    // The archive of what is stored is gone, and with it all but one of its hashes: the demand has to see its bytes.
    if (found !== undefined && file.demanded !== undefined) await client.download(file, { write: () => undefined });
    return found ?? (await fetchWheel(options));
  };
  return store.withLock(`wheel-${sha256}`, findOrFetch, signal);
}

interface Place {
  readonly store: Store;
  readonly sha256: string;
  readonly report: Report;
}

/**
 * What stands there already wins over what was unpacked just now. The rest of an entry that somebody deleted by hand, and
 * one that is damaged, must not.
 */
function makeWay({ store, sha256, report }: Place): void {
  if (!store.has(wheelKind, sha256)) return;
  const check = (wheel: StoredWheel | undefined): StoredWheel | undefined => {
    if (wheel !== undefined) checkSeal(wheel);
    return wheel;
  };
  const known = findOrDiscard({ store, sha256, report }, check);
  if (known === undefined) store.remove(wheelKind, sha256);
}

/** A damaged entry leaves the store, with a warning, and is fetched again. */
function findOrDiscard(
  { store, sha256, report }: Place,
  check: (wheel: StoredWheel | undefined) => StoredWheel | undefined = (wheel) => wheel,
): StoredWheel | undefined {
  try {
    return check(findStoredWheel(store, sha256));
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "E_STORE_DAMAGED") throw error;
    store.remove(wheelKind, sha256);
    const { detail } = error.params as { detail: string }; // the parameters of E_STORE_DAMAGED
    report.warn(storeProblem("W_STORE_REPAIRED", { path: store.entryPath(wheelKind, sha256), detail }));
    return undefined;
  }
}

async function fetchWheel({ store, file, client, report }: EnsureWheelOptions): Promise<StoredWheel> {
  const directory = store.temporaryDirectory();
  try {
    const archivePath = join(directory, "archive");
    const { sha256, bytes } = await downloadArchive({ file, client, archivePath });
    const startedMs = performance.now();
    const entry = join(directory, "entry");
    mkdirSync(entry);
    const summary = await unpackInWorker(
      { archivePath, file: file.filename, directory: entry },
      { archiveBytes: bytes },
    );
    makeWay({ store, sha256, report });
    store.publishFrom(entry, wheelKind, sha256);
    report.emit("install.unpack", {
      name: summary.name,
      version: summary.version,
      files: summary.count + summary.dataCount,
      bytes: summary.bytes,
      duration_ms: performance.now() - startedMs,
    });
    const stored = findStoredWheel(store, sha256);
    if (stored !== undefined) return { ...stored, isFresh: true };
    throw storeProblem("E_STORE_DAMAGED", { path: store.entryPath(wheelKind, sha256), detail: "it vanished at once" });
  } catch (error) {
    throw ioProblem(error, { path: directory, operation: "write" });
  } finally {
    removeLeftover(directory);
  }
}

interface DownloadTarget {
  readonly file: IndexFile;
  readonly client: Downloader;
  readonly archivePath: string;
}

/** The archive on disk; length and hash are checked by the client on the way. */
async function downloadArchive({ file, client, archivePath }: DownloadTarget) {
  const descriptor = openSync(archivePath, "wx");
  try {
    const write = (chunk: Uint8Array): void => {
      for (let done = 0; done < chunk.length; ) done += writeSync(descriptor, chunk, done, chunk.length - done);
    };
    const downloaded = await client.download(file, { write });
    const { sha256 } = downloaded;
    const expected = file.hashes["sha256"];
    assert(expected === undefined || expected === sha256, "an index client hands out only what has the announced hash");
    return downloaded;
  } finally {
    closeSync(descriptor);
  }
}
