/**
 * Until when a cached page is fresh: sixteen bytes of its file under a checksum of their own. A page that the server
 * confirms gets a new lifetime by one write in place, and the rest, with its checksums, stays as it was written.
 *
 * One write of a few bytes is not torn by a kill. Should it be torn all the same, by a power cut say, the page counts
 * as stale, and is asked for with its validators.
 */
import { checksum } from "./page-blocks.ts";

export const lifetimeBytes = 16;
/** A double. */
const valueBytes = 8;

export function encodeLifetime(freshUntilMs: number): Buffer {
  const bytes = Buffer.alloc(lifetimeBytes);
  bytes.writeDoubleLE(freshUntilMs, 0);
  bytes.writeUInt32LE(checksum(bytes.subarray(0, valueBytes)), valueBytes);
  return bytes;
}

/** Milliseconds since 1970; 0, which is long ago, where the bytes do not check. */
export function decodeLifetime(bytes: Buffer): number {
  const isWhole = bytes.readUInt32LE(valueBytes) === checksum(bytes.subarray(0, valueBytes));
  return isWhole ? bytes.readDoubleLE(0) : 0;
}
