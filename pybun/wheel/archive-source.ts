import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { assert } from "@vivarium/core/assert";

/** Random access to an archive. What `read` returns is valid until the next call: it may be a window that moves. */
export interface ArchiveSource {
  /** Bytes. */
  readonly size: number;
  /** The caller must have checked that the range lies inside the archive. */
  readonly read: (offset: number, length: number) => Uint8Array;
}

/** An archive in memory: for tests, and for wheels that were built here. */
export function bytesSource(bytes: Uint8Array): ArchiveSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

const windowBytes = 1024 * 1024;

/**
 * An archive on disk, read through one window that moves forward: entries are unpacked in the order of their
 * offsets, so a wheel of a thousand small files needs one `pread` a megabyte. Not mapped into memory: a file that
 * somebody truncates meanwhile would then end the process with SIGBUS instead of an error.
 */
export function openFileSource(path: string): ArchiveSource & { readonly close: () => void } {
  const descriptor = openSync(path, "r");
  const size = fstatSync(descriptor).size;
  let window = new Uint8Array(Math.min(windowBytes, size));
  let start = 0;
  let end = 0;
  const read = (offset: number, length: number): Uint8Array => {
    assert(offset >= 0 && offset + length <= size, "reads stay inside the archive");
    if (offset >= start && offset + length <= end) return window.subarray(offset - start, offset - start + length);
    const wanted = Math.min(Math.max(length, windowBytes), size - offset);
    if (wanted > window.length || window.length > windowBytes * 4) window = new Uint8Array(wanted);
    start = offset;
    end = offset + readFully(descriptor, window.subarray(0, wanted), offset);
    assert(end >= offset + length, "nobody else writes to an archive that is being unpacked");
    return window.subarray(0, length);
  };
  return { size, read, close: () => closeSync(descriptor) };
}

function readFully(descriptor: number, target: Uint8Array, offset: number): number {
  let done = 0;
  while (done < target.length) {
    const count = readSync(descriptor, target, done, target.length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}
