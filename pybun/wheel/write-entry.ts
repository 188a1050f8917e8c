/**
 * One file of a wheel: out of the archive, through CRC-32, size and RECORD's hash, onto the disk, in pieces that are
 * hashed and written while they are in the processor's cache. A file that is refused is left behind, half written, in
 * the temporary directory of its wheel, which the caller of the whole removes.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { type ArchiveSource, bytesSource, openFileSource } from "./archive-source.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { isElf, readRunPaths } from "./elf.ts";
import { isExecutable } from "./entry-kind.ts";
import type { WheelFile } from "./manifest.ts";
import type { RecordRow } from "./record.ts";
import type { PlacedFile, Scheme } from "./wheel-layout.ts";
import { dataOffsetOf, pourEntry } from "./zip-inflate.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

/** A file as it came to disk. */
export interface Written extends WheelFile {
  readonly scheme: Scheme;
  /** Its name in the archive; what we add ourselves has none. */
  readonly entryName?: string;
  /** Of an ELF library, else none. */
  readonly runPaths: readonly string[];
}

export interface EntryTarget {
  readonly archive: ArchiveSource;
  /** The name of the wheel. */
  readonly file: string;
  /** RECORD's row for the entry. */
  readonly row: RecordRow | undefined;
  /** Where to; its directory exists. */
  readonly path: string;
}

/**
 * Read-only, because a stored file is everybody's: a program that opens one for writing through a view fails instead of
 * changing it for all (as root it does not fail). Windows refuses to delete such files, so there they stay writable.
 */
export const writableBits = process.platform === "win32" ? 0o222 : 0;

/** Writes one file. @throws the codes of wheelDiagnostics, and the system's own errors */
export function writeEntry(placed: PlacedFile, { archive, file, row, path }: EntryTarget): Written {
  const { entry, scheme } = placed;
  const hasher = startHash(row);
  let isLibrary = false;
  let runPaths: readonly string[] | undefined;
  const descriptor = create(path, { placed, file });
  try {
    pourEntry(entry, { archive, file, dataOffset: dataOffsetOf(archive, entry) }, (piece) => {
      hasher.update(piece);
      writeAll(descriptor, piece);
      if (runPaths !== undefined) return;
      isLibrary = isElf(piece);
      // Most libraries are smaller than a piece, and need not be read again.
      runPaths = isLibrary && piece.length === entry.size ? readRunPaths(bytesSource(piece)) : [];
      isLibrary &&= piece.length < entry.size;
    });
  } finally {
    closeSync(descriptor);
  }
  if (isLibrary) runPaths = runPathsOf(path);
  return {
    path: placed.path,
    size: entry.size,
    sha256: hasher.finish({ file, entry: entry.name, size: entry.size }),
    executable: isExecutable(entry),
    scheme,
    entryName: entry.name,
    runPaths: runPaths ?? [],
  };
}

/**
 * The process's umask applies, as it does with pip; the mode of the archive counts only for `x`. Names that differ in
 * case or in their Unicode form are different files to Python and to most disks; where the disk takes them for one,
 * the second is refused here, and never written over the first.
 */
function create(path: string, { placed: { entry }, file }: { placed: PlacedFile; file: string }): number {
  try {
    return openSync(path, "wx", (isExecutable(entry) ? 0o555 : 0o444) | writableBits);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    throw problem("E_WHEEL_ENTRY_CONFLICT", { file, entry: entry.name, other: basename(path) }, { cause: error });
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done);
}

function runPathsOf(path: string): readonly string[] {
  const library = openFileSource(path);
  try {
    return readRunPaths(library);
  } finally {
    library.close();
  }
}

interface FileHash {
  readonly update: (bytes: Uint8Array) => void;
  /** The SHA-256 for the manifest, after comparing with RECORD. */
  readonly finish: (at: { file: string; entry: string; size: number }) => string;
}

/** SHA-256 always, because the manifest has it; RECORD's own algorithm beside it if that is another. */
function startHash(row: RecordRow | undefined): FileHash {
  const sha256 = new Bun.CryptoHasher("sha256");
  const algorithm = row?.hash?.algorithm ?? "sha256";
  const other = algorithm === "sha256" ? undefined : new Bun.CryptoHasher(algorithm);
  return {
    update: (bytes) => {
      sha256.update(bytes);
      other?.update(bytes);
    },
    finish: ({ file, entry, size }) => {
      const digest = sha256.digest("base64url");
      const actual = other === undefined ? digest : other.digest("base64url");
      const isRight = row?.hash === undefined || row.hash.digest === actual;
      if (!isRight || (row?.size !== undefined && row.size !== size))
        throw problem("E_WHEEL_RECORD_HASH", { file, entry });
      return digest;
    },
  };
}
