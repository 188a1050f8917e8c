/** Bytes of open files, at offsets of 64 bits. */
import { refuse } from "./error-code.ts";
import { files } from "./host-files.ts";

/** Of one read: memory for it is taken before it is known how much there is. */
const readBytesMax = 1 << 18;

/** The kernel's offsets are signed. */
const offsetEnd = 1n << 63n;

/** Up to so many bytes from the offset on; none at the end. @throws what `node:fs` throws */
export function readAt(fd: number, most: bigint, offset: bigint): Uint8Array {
  if (offset >= offsetEnd) refuse("invalid");
  const buffer = new Uint8Array(most < BigInt(readBytesMax) ? Number(most) : readBytesMax);
  // No file reaches an offset that a number cannot tell: as at the end of others, there is nothing to read.
  const position = offset > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(offset);
  return buffer.subarray(0, files.readSync(fd, buffer, 0, buffer.length, position));
}

/** All of them, at the offset or where the file's own place is. @throws what `node:fs` throws */
export function writeAll(fd: number, bytes: Uint8Array, offset: bigint | undefined): void {
  const start = offset === undefined ? undefined : positionOf(offset);
  let written = 0;
  // Once also where there is nothing to write: whether the file is open for it is to be told.
  do {
    const position = start === undefined ? null : start + written;
    written += files.writeSync(fd, bytes, written, bytes.length - written, position);
  } while (written < bytes.length);
}

/** @throws ComponentError for what no file reaches */
export function positionOf(offset: bigint): number {
  if (offset >= offsetEnd) refuse("invalid");
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) refuse("file-too-large");
  return Number(offset);
}
