/**
 * The body of a cached page in blocks, each under a checksum of its own that the head keeps: a release is read and
 * checked without the megabytes around it.
 */
export const blockBytes = 16 * 1024;
/** Bodies are checked as a whole in pieces of this many blocks. */
const blocksAtOnce = 16;

export interface BlockedBody {
  readonly bodyBytes: number;
  readonly blockChecksum: (block: number) => number;
  /** Fills the buffer with the bytes of the body from an offset on; returns how many there were. */
  readonly readAt: (target: Buffer, offset: number) => number;
}

/**
 * CRC-32, which processors compute themselves. Against accidents, not malice: whoever may write the cache may write
 * anything.
 */
export function checksum(bytes: Uint8Array): number {
  return Bun.hash.crc32(bytes);
}

export function blockChecksums(body: Uint8Array): Uint32Array {
  const sums = new Uint32Array(Math.ceil(body.length / blockBytes));
  for (let block = 0; block < sums.length; block++) {
    sums[block] = checksum(body.subarray(block * blockBytes, (block + 1) * blockBytes));
  }
  return sums;
}

/** Shared by all short reads: what is read becomes a text before the next one. */
const scratch = Buffer.allocUnsafeSlow(2 * blockBytes);

/**
 * A reader of the bytes from–to, one character a byte. Damage is thrown, as `damaged` makes it: the releases have been
 * shown to the resolver already. The blocks of the last reading are kept: records of a release stand together.
 */
export function blockReader(body: BlockedBody, damaged: () => Error): (from: number, to: number) => string {
  let heldFrom = 0;
  let held = "";
  return (from, to) => {
    if (from >= heldFrom && to <= heldFrom + held.length) return held.slice(from - heldFrom, to - heldFrom);
    const first = Math.floor(from / blockBytes);
    const end = Math.min(Math.ceil(to / blockBytes) * blockBytes, body.bodyBytes);
    const length = Math.max(0, end - first * blockBytes);
    const bytes = length <= scratch.length ? scratch.subarray(0, length) : Buffer.allocUnsafe(length);
    if (!readWhole(body, first, bytes)) throw damaged();
    heldFrom = first * blockBytes;
    held = bytes.toString("latin1");
    return held.slice(from - heldFrom, to - heldFrom);
  };
}

/** Whether every block is as it was written. */
export function bodyIsWhole(body: BlockedBody): boolean {
  const buffer = Buffer.allocUnsafe(Math.min(body.bodyBytes, blocksAtOnce * blockBytes));
  for (let at = 0; at < body.bodyBytes; at += buffer.length) {
    const bytes = buffer.subarray(0, Math.min(buffer.length, body.bodyBytes - at));
    if (!readWhole(body, at / blockBytes, bytes)) return false;
  }
  return true;
}

/** Reads the blocks from `first` on; `false`: some are short, or not what was written. */
function readWhole(body: BlockedBody, first: number, bytes: Buffer): boolean {
  if (body.readAt(bytes, first * blockBytes) !== bytes.length) return false;
  for (let at = 0; at < bytes.length; at += blockBytes) {
    if (checksum(bytes.subarray(at, at + blockBytes)) !== body.blockChecksum(first + at / blockBytes)) return false;
  }
  return true;
}
