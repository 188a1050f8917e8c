/**
 * A wheel of the index, unpacked in the store: found there, or downloaded, checked, unpacked and published.
 *
 * The archive goes to disk while it arrives, never whole into memory, and is deleted once unpacked: the tree is what is
 * used, and keeping both would double the store. Downloads run on the main thread and overlap with the unpacking of
 * other wheels in workers. Nothing appears in the store before the last check has passed.
 */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { coreDiagnostics } from "@vivarium/core/diagnostics";
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import { ioProblem } from "@vivarium/core/store/io-problem";
import type { IndexFile } from "../index/index-file.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { findStoredWheel, type StoredWheel, wheelKind } from "./stored-wheel.ts";
import { startUnpackers, unpackInWorker } from "./unpack-pool.ts";

const problem = problemsOf<typeof wheelDiagnostics>();
const storeProblem = problemsOf<typeof coreDiagnostics>();

/** What downloading needs of an index client: bytes in order; resolves when the file is whole. */
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
}

/** @throws the codes of wheelDiagnostics, the E_STORE_* codes, and what the client throws */
export async function ensureWheel({ store, file, client, report }: EnsureWheelOptions): Promise<StoredWheel> {
  const sha256 = file.hashes["sha256"];
  const known = sha256 === undefined ? undefined : findOrDiscard({ store, sha256, report });
  if (known !== undefined) return known;
  startUnpackers();
  if (sha256 === undefined) return fetchWheel({ store, file, client, report });
  // Who waits here finds the wheel of whoever was first, instead of downloading it again.
  return store.withLock(`wheel-${sha256}`, async () => {
    return findOrDiscard({ store, sha256, report }) ?? (await fetchWheel({ store, file, client, report }));
  });
}

/** A damaged entry leaves the store, with a warning, and is fetched again. */
function findOrDiscard({ store, sha256, report }: { store: Store; sha256: string; report: Report }) {
  try {
    return findStoredWheel(store, sha256);
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
    const sha256 = await downloadArchive({ file, client, archivePath });
    const startedMs = performance.now();
    const entry = join(directory, "entry");
    mkdirSync(entry);
    const summary = await unpackInWorker({ archivePath, file: file.filename, directory: entry });
    store.publishFrom(entry, wheelKind, sha256);
    report.emit("install.unpack", {
      name: summary.name,
      version: summary.version,
      files: summary.count + summary.dataCount,
      bytes: summary.bytes,
      duration_ms: performance.now() - startedMs,
    });
    const stored = findStoredWheel(store, sha256);
    if (stored !== undefined) return stored;
    throw storeProblem("E_STORE_DAMAGED", { path: store.entryPath(wheelKind, sha256), detail: "it vanished at once" });
  } catch (error) {
    throw ioProblem(error, { path: directory, operation: "write" });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface DownloadTarget {
  readonly file: IndexFile;
  readonly client: Downloader;
  readonly archivePath: string;
}

/** Strongest first; the weak ones still tell a damaged download from a whole one. */
const algorithms = ["sha256", "sha512", "sha384", "sha224", "sha1", "md5"] as const;

/** A download that has no announced size ends here: no wheel is larger, and a lying server must not fill the disk. */
const bytesMax = 16 * 1024 ** 3;

/** The archive on disk, its length and hash as the index says. Returns its SHA-256, hexadecimal. */
async function downloadArchive({ file, client, archivePath }: DownloadTarget): Promise<string> {
  const algorithm = algorithms.find((name) => file.hashes[name] !== undefined);
  const hasher = algorithm === undefined || algorithm === "sha256" ? undefined : new Bun.CryptoHasher(algorithm);
  const expected = file.size ?? bytesMax;
  const descriptor = openSync(archivePath, "wx");
  let bytes = 0;
  try {
    const write = (chunk: Uint8Array): void => {
      bytes += chunk.length;
      if (bytes > expected) throw problem("E_WHEEL_LENGTH", { file: file.filename, expected, actual: bytes });
      for (let done = 0; done < chunk.length; ) done += writeSync(descriptor, chunk, done, chunk.length - done);
      hasher?.update(chunk);
    };
    const { sha256 } = await client.download(file, { write });
    if (file.size !== undefined && bytes !== file.size) {
      throw problem("E_WHEEL_LENGTH", { file: file.filename, expected: file.size, actual: bytes });
    }
    if (algorithm !== undefined) checkHash(file, { algorithm, actual: hasher?.digest("hex") ?? sha256 });
    return sha256;
  } finally {
    closeSync(descriptor);
  }
}

function checkHash(file: IndexFile, { algorithm, actual }: { algorithm: string; actual: string }): void {
  const expected = file.hashes[algorithm] ?? "";
  if (actual === expected) return;
  throw problem("E_WHEEL_HASH", { file: file.filename, algorithm, expected, actual });
}
