/** Bytes of open files, at offsets of 64 bits. */
import { refuse } from "./error-code.ts";
import { files } from "./host-files.ts";

/** Of one read: memory for it is taken before it is known how much there is. */
const readBytesMax = 1 << 18;

/** The kernel's offsets are signed. */
const offsetEnd = 1n << 63n;

/** What numbers tell. Files of disks end before it, those of memory (tmpfs) do not. */
const numbersEnd = BigInt(Number.MAX_SAFE_INTEGER);

/** Up to so many bytes from the offset on; none at the end. @throws what `node:fs` throws */
export function readAt(fd: number, most: bigint, offset: bigint): Uint8Array {
  const length = most < BigInt(readBytesMax) ? Number(most) : readBytesMax;
  if (offset > numbersEnd) return readFar(fd, length, offset);
  const buffer = new Uint8Array(length);
  return buffer.subarray(0, files.readSync(fd, buffer, 0, length, Number(offset)));
}

function readFar(fd: number, most: number, offset: bigint): Uint8Array {
  if (offset >= offsetEnd) refuse("invalid");
  // Where the length leads further than offsets do, `node:fs` throws what is no error of the system's.
  const room = offsetEnd - 1n - offset;
  const buffer = new Uint8Array(room < BigInt(most) ? Number(room) : most);
  return buffer.subarray(0, files.readSync(fd, buffer, 0, buffer.length, offset));
}

/** All of them, at the offset or where the file's own place is. @throws what `node:fs` throws */
export function writeAll(fd: number, bytes: Uint8Array, offset: bigint | undefined): void {
  // The next part of what ends behind it would have no number, and `node:fs` writes that where the file's own place is.
  const start = offset === undefined ? undefined : within(offset, Number.MAX_SAFE_INTEGER - bytes.length);
  let written = 0;
  // Once also where there is nothing to write: whether the file is open for it is to be told.
  do {
    const position = start === undefined ? null : start + written;
    written += files.writeSync(fd, bytes, written, bytes.length - written, position);
  } while (written < bytes.length);
}

/** What Bun's `ftruncate` takes; Node's takes 2⁵³−1. Only files of memory could be longer. */
const sizeMax = 2 ** 52 - 1;

/** @throws ComponentError for what is no size of a file, and what `node:fs` throws */
export function setSize(fd: number, size: bigint): void {
  files.ftruncateSync(fd, within(size, sizeMax));
}

/** @throws ComponentError */
function within(offset: bigint, most: number): number {
  if (offset >= offsetEnd) refuse("invalid");
  if (offset > BigInt(most)) refuse("file-too-large");
  return Number(offset);
}
