/** Files of `file:` URLs and directories: read piece by piece, or a part of them. */
import { closeSync, fstatSync, readSync } from "node:fs";
import { problemsOf } from "@vivarium/core/diagnostic";
import { reasonOf } from "@vivarium/core/system-reason";
import type { indexDiagnostics } from "./diagnostics.ts";
import { throwIfTooManyFiles } from "./open-files-limit.ts";
import { openRegular, readRegular } from "./regular-file.ts";
import { pathOfUrl } from "./url-path.ts";

const problem = problemsOf<typeof indexDiagnostics>();

const pieceBytes = 1024 * 1024;

/** The bytes of a local file, in pieces. */
export async function* localPieces(url: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  const descriptor = openLocal(url);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const piece = new Uint8Array(pieceBytes);
      const count = readSync(descriptor, piece, 0, pieceBytes, null);
      if (count === 0) return;
      yield piece.subarray(0, count);
    }
  } finally {
    closeSync(descriptor);
  }
}

export interface LocalFile {
  readonly size: number;
  /** Fewer bytes at the end of the file. */
  readonly read: (offset: number, bytes: number) => Uint8Array;
}

/** Opens a `file:` URL for reading parts of it. */
export async function withLocalFile<T>(url: string, use: (file: LocalFile) => Promise<T>): Promise<T> {
  const descriptor = openLocal(url);
  try {
    const size = fstatSync(descriptor).size;
    const read = (offset: number, bytes: number): Uint8Array => {
      const target = new Uint8Array(Math.max(0, Math.min(bytes, size - offset)));
      return target.subarray(0, readSync(descriptor, target, 0, target.length, offset));
    };
    return await use({ size, read });
  } finally {
    closeSync(descriptor);
  }
}

/** @throws E_INDEX_FILE */
function openLocal(url: string): number {
  const found = pathOfUrl(url);
  if ("reason" in found) throw problem("E_INDEX_FILE", { file: url, reason: found.reason });
  return reading(found.path, openRegular);
}

/** The bytes of a small local file. @throws E_INDEX_FILE */
export const localBytes = (path: string): Buffer => reading(path, readRegular);

function reading<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    throwIfTooManyFiles(error, path);
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw problem("E_INDEX_FILE", { file: path, reason: reasonOf(error) }, { cause: error });
  }
}
