/**
 * A wheel that comes from its first byte although only its end is wanted: the server knows no ranges.
 *
 * A small one is kept whole. Of a larger one, which may have gigabytes, only the end is kept, and the rest is compared
 * with the announced hashes and dropped: a central directory hardly ever has megabytes, and METADATA that stands in
 * front of what is kept costs one more transfer, which ends where METADATA does.
 */
import { redactAddress } from "@vivarium/core/redact";
import type { Body } from "./body.ts";
import { fileBytesMax } from "./download.ts";
import { checkHashes, type HashCheck } from "./hash-check.ts";
import type { IndexFile } from "./index-file.ts";
import type { Tail } from "./wheel-tail.ts";

/** What a wheel that is read without ranges may take of memory, and a piece more. */
const keptBytesUsual = 16 * 1024 * 1024;

export interface WholeWheel {
  readonly file: IndexFile;
  /** Told when a wheel of which only the end is kept has the hashes that are announced for it. */
  readonly sawWhole: () => void;
  /** Lowered by tests. */
  readonly keptBytes?: number | undefined;
}

const bytesMaxOf = (file: IndexFile): number => file.size ?? fileBytesMax;

/**
 * All of the wheel, unchecked, or its end, whose whole has the announced hashes. Throws `E_INDEX_HASH`, and what the
 * body throws.
 */
export async function receiveEnd(
  body: Body,
  { file, sawWhole, keptBytes = keptBytesUsual }: WholeWheel,
): Promise<Tail> {
  const bytesMax = bytesMaxOf(file);
  // In one go, where that is possible, because it is cheaper.
  if (body.announced !== undefined && body.announced <= keptBytes)
    return { offset: 0, bytes: await body.all(bytesMax) };
  const kept: Uint8Array[] = [];
  let length = 0;
  let offset = 0;
  let check: HashCheck | undefined;
  for await (const piece of body.pieces(bytesMax)) {
    kept.push(piece);
    length += piece.length;
    check?.update(piece);
    if (length <= keptBytes) continue;
    check ??= startCheck(file, kept);
    for (let first = kept[0]; first !== undefined && length - first.length >= keptBytes; first = kept[0]) {
      kept.shift();
      length -= first.length;
      offset += first.length;
    }
  }
  check?.finish();
  if (check !== undefined) sawWhole();
  return { offset, bytes: Buffer.concat(kept) };
}

function startCheck(file: IndexFile, pieces: readonly Uint8Array[]): HashCheck {
  const check = checkHashes(file.hashes, { file: file.filename, url: redactAddress(file.url) });
  for (const piece of pieces) check.update(piece);
  return check;
}

/** All of a small wheel, unchecked; of another one the part alone, and what follows it is not waited for. */
export async function receivePart(
  body: Body,
  { file, keptBytes = keptBytesUsual }: WholeWheel,
  part: Place,
): Promise<Tail> {
  if (body.announced !== undefined && body.announced <= keptBytes)
    return { offset: 0, bytes: await body.all(bytesMaxOf(file)) };
  const { offset, bytes } = part;
  const found: Uint8Array[] = [];
  let at = 0;
  for await (const piece of body.pieces(bytesMaxOf(file))) {
    const wanted = piece.subarray(Math.max(0, offset - at), Math.max(0, offset + bytes - at));
    if (wanted.length > 0) found.push(wanted);
    at += piece.length;
    if (at >= offset + bytes) break;
  }
  return { offset, bytes: Buffer.concat(found) };
}

interface Place {
  readonly offset: number;
  readonly bytes: number;
}
