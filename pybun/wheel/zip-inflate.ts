/**
 * The data of an entry: compressed bytes in, exactly `size` bytes with the right CRC-32 out, or a refusal.
 *
 * zlib, not libdeflate: it stops at the announced size, and it tells how many bytes it used. The last is a matter of
 * safety: readers that trust the stream's own end and readers that trust the compressed size would otherwise see
 * different things behind it.
 */
import { crc32 } from "node:zlib";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { ArchiveSource } from "./archive-source.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { InflateError, openRawInflater, pieceBytes, type RawInflater } from "./raw-inflater.ts";
import { method, type ZipEntry } from "./zip-entry.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

export interface EntryPlace {
  readonly archive: ArchiveSource;
  readonly file: string;
  /** Where the data starts: behind the local header. */
  readonly dataOffset: number;
}

/** Behind the local header, whose two lengths differ from the directory's only in the extra field. */
export function dataOffsetOf(archive: ArchiveSource, entry: ZipEntry): number {
  const lengths = archive.read(entry.offset + 26, 4);
  const [nameLow = 0, nameHigh = 0, extraLow = 0, extraHigh = 0] = lengths;
  return entry.offset + 30 + nameLow + nameHigh * 256 + extraLow + extraHigh * 256;
}

/** An entry's whole data, checked: for what is read as a text. */
export function readEntry(entry: ZipEntry, place: EntryPlace): Uint8Array {
  const bytes = new Uint8Array(entry.size);
  let at = 0;
  pourEntry(entry, place, (piece) => {
    bytes.set(piece, at);
    at += piece.length;
  });
  return bytes;
}

let inflate: RawInflater | undefined;

/**
 * Calls `take` with one piece after the other, never with more than `size` bytes in all; each piece is valid during the
 * call only, and none is to be trusted before this has returned.
 */
export function pourEntry(entry: ZipEntry, place: EntryPlace, take: (piece: Uint8Array) => void): void {
  const { file } = place;
  let size = 0;
  let crc = 0;
  const accept = (piece: Uint8Array): void => {
    size += piece.length;
    if (size > entry.size) checkSize(entry, { file, actual: size });
    crc = crc32(piece, crc);
    take(piece);
  };
  if (entry.method === method.stored) for (const piece of windowsOf(entry, place)) accept(piece);
  else inflateEntry(entry, place, accept);
  checkSize(entry, { file, actual: size });
  if (crc !== entry.crc) throw problem("E_WHEEL_CRC", { file, entry: entry.name });
}

function inflateEntry(entry: ZipEntry, place: EntryPlace, take: (piece: Uint8Array) => void): void {
  const { file } = place;
  inflate ??= openRawInflater();
  try {
    const actual = inflate({ input: windowsOf(entry, place), inputBytes: entry.compressedSize, take });
    checkConsumed(entry, { file, actual });
  } catch (error) {
    throw error instanceof InflateError
      ? problem("E_WHEEL_DEFLATE", { file, entry: entry.name }, { cause: error })
      : error;
  }
}

/** At least one, if an empty one: a compressed stream is never empty, and must be seen to be cut short. */
function* windowsOf({ compressedSize }: ZipEntry, { archive, dataOffset }: EntryPlace): Generator<Uint8Array> {
  let at = 0;
  do {
    const length = Math.min(pieceBytes, compressedSize - at);
    yield archive.read(dataOffset + at, length);
    at += length;
  } while (at < compressedSize);
}

function checkConsumed(entry: ZipEntry, { file, actual }: { file: string; actual: number }): void {
  if (actual === entry.compressedSize) return;
  const detail = `its stream ends after ${actual} of ${entry.compressedSize} bytes`;
  throw problem("E_WHEEL_ENTRY_SIZE", { file, entry: entry.name, detail });
}

function checkSize(entry: ZipEntry, { file, actual }: { file: string; actual: number }): void {
  if (actual === entry.size) return;
  const detail = `it holds ${actual > entry.size ? "more" : "fewer"} than the ${entry.size} bytes of its header`;
  throw problem("E_WHEEL_ENTRY_SIZE", { file, entry: entry.name, detail });
}
