/**
 * Finds one file near the end of a ZIP archive of which we hold only the tail.
 *
 * In: the last bytes of a wheel and the wheel's size. Out: the METADATA entry, or which bytes are needed besides. Wheels
 * are written with their `.dist-info` last, directly before the central directory (the binary distribution format
 * recommends it), so one ranged request for the tail mostly holds directory and entry together. Where the directory is
 * longer than the tail, its last entries mostly tell where METADATA is; that, and METADATA that stands far in front, is
 * read by itself.
 *
 * This reader only reads ahead of an installation: the archive is checked in full, strictly, when it is unpacked
 * (pybun/wheel), and what resolution read is compared with it there.
 * Offsets and signatures: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.14–4.3.16.
 */
import { inflateRawSync } from "node:zlib";

/** A run of bytes of the archive that we hold: `bytes[0]` stands at `offset`. */
export interface Tail {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export type TailAnswer =
  /** The entry begins at `offset`. */
  | { readonly kind: "found"; readonly bytes: Uint8Array; readonly offset: number }
  /** The tail must begin at this offset or before. */
  | { readonly kind: "need"; readonly offset: number }
  /** The tail need not grow: `length` bytes from `offset` hold the entry (see {@link readEntryAt}), or tell how many do. */
  | { readonly kind: "apart"; readonly entry: Entry; readonly offset: number; readonly length: number }
  | { readonly kind: "broken"; readonly reason: string };

export interface Entry {
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly localOffset: number;
}

const metadataBytesMax = 32 * 1024 * 1024;
/** Up to here it costs less to fetch what lies between than to ask twice. */
const gapBytesMax = 64 * 1024;
/** Places that look like an entry are hardly ever anything else; an archive full of them is hostile. */
const syncAttemptsMax = 64;
/** For the name and the extra fields of a local header, whose lengths only the header itself tells. */
const headerRoomBytes = 1024;

/** Looks for `<name>-<version>.dist-info/METADATA`, the one at the top of the archive. */
export function readMetadataFromTail(tail: Tail): TailAnswer {
  const view = new DataView(tail.bytes.buffer, tail.bytes.byteOffset, tail.bytes.byteLength);
  const end = findEndRecord(view);
  if (end === -1) {
    const searched = tail.bytes.length >= 65_557 || tail.offset === 0;
    if (searched) return { kind: "broken", reason: "it is no ZIP archive" };
    return { kind: "need", offset: Math.max(0, tail.offset + tail.bytes.length - 66_000) };
  }
  const directory = directoryOf(view, end, tail.offset);
  if (directory.kind !== "directory") return directory;
  const start = directory.offset - tail.offset;
  const stop = Math.max(0, start + directory.size);
  if (stop > tail.bytes.length) return { kind: "broken", reason: "its central directory is cut off" };
  const entry = findMetadata(start < 0 ? lastEntries(tail.bytes.subarray(0, stop)) : tail.bytes.subarray(start, stop));
  if (entry === undefined && start < 0)
    return { kind: "need", offset: Math.max(0, directory.offset - metadataRoom(directory)) };
  if (entry === undefined) return { kind: "broken", reason: "it has no .dist-info/METADATA" };
  const gap = tail.offset - entry.localOffset;
  if (gap <= 0) return readEntry(view, entry, tail);
  if (gap <= gapBytesMax) return { kind: "need", offset: entry.localOffset };
  if (entry.compressedSize > metadataBytesMax) return { kind: "broken", reason: "the size of its METADATA is wrong" };
  return { kind: "apart", entry, offset: entry.localOffset, length: 30 + headerRoomBytes + entry.compressedSize };
}

/** Reads the entry from a part of the archive that begins with its local header. Asks for more once, where the header is long. */
export function readEntryAt(part: Tail, entry: Entry): Exclude<TailAnswer, { kind: "need" }> {
  const view = new DataView(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength);
  const isHeader = part.offset === entry.localOffset && view.byteLength >= 30;
  const length = isHeader ? headerBytes(view, 0) + entry.compressedSize : 0;
  if (length > view.byteLength && length > 30 + headerRoomBytes + entry.compressedSize)
    return { kind: "apart", entry, offset: part.offset, length };
  return readEntry(view, entry, part);
}

/** The local header at this place, its name and extra fields included (section 4.3.7). */
const headerBytes = (view: DataView, at: number): number =>
  30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);

function findEndRecord(view: DataView): number {
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - 65_557; at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  return -1;
}

/**
 * Before the directory mostly stand METADATA, licenses and RECORD. A line of RECORD, a hash in it, deflates to half of
 * the entry that its file has in the directory.
 */
const metadataRoom = ({ size }: Directory): number => Math.min(32_768 + Math.ceil(size * 0.6), 128 * 1024);

type Directory = { readonly kind: "directory"; readonly offset: number; readonly size: number };

function directoryOf(
  view: DataView,
  end: number,
  tailOffset: number,
): Directory | Exclude<TailAnswer, { kind: "found" | "apart" }> {
  const size = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  if (size !== 0xffffffff && offset !== 0xffffffff) return { kind: "directory", offset, size };
  if (end < 20 || view.getUint32(end - 20, true) !== 0x07064b50) {
    return tailOffset === 0
      ? { kind: "broken", reason: "its zip64 end record is missing" }
      : { kind: "need", offset: Math.max(0, tailOffset - 65_536) };
  }
  const record = wide(view, end - 20 + 8);
  if (record < tailOffset) return { kind: "need", offset: record };
  const at = record - tailOffset;
  if (at + 56 > view.byteLength || view.getUint32(at, true) !== 0x06064b50) {
    return { kind: "broken", reason: "its zip64 end record is malformed" };
  }
  return { kind: "directory", size: wide(view, at + 40), offset: wide(view, at + 48) };
}

function wide(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/**
 * The whole entries at the end of a directory of which the beginning is missing. An entry is taken for one only if those
 * after it lead exactly to the end. METADATA is mostly among the last, and a directory may have megabytes.
 */
function lastEntries(part: Uint8Array): Uint8Array {
  const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  let at = -1;
  for (let attempt = 0; attempt < syncAttemptsMax; attempt++) {
    at = bytes.indexOf("PK\x01\x02", at + 1, "latin1");
    if (at === -1) break;
    if (leadsToEnd(part, at)) return part.subarray(at);
  }
  return part.subarray(part.length);
}

function leadsToEnd(directory: Uint8Array, from: number): boolean {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  let at = from;
  while (at + 46 <= directory.length && view.getUint32(at, true) === 0x02014b50)
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  return at === directory.length;
}

/** METADATA of the only top-level `.dist-info` directory. */
function findMetadata(directory: Uint8Array): Entry | undefined {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  let at = 0;
  while (at + 46 <= directory.length && view.getUint32(at, true) === 0x02014b50) {
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > directory.length) return undefined;
    if (isMetadataName(directory, at + 46, nameLength)) return entryAt(view, at, { nameLength, extraLength });
    at = next;
  }
  return undefined;
}

function isMetadataName(directory: Uint8Array, at: number, length: number): boolean {
  // "A" before the decoding: most names of a wheel differ in the last letter already.
  if (length < 20 || directory[at + length - 1] !== 65) return false;
  return /^[^/]+\.dist-info\/METADATA$/.test(
    Buffer.from(directory.buffer, directory.byteOffset + at, length).toString("utf8"),
  );
}

function entryAt(view: DataView, at: number, lengths: { nameLength: number; extraLength: number }): Entry {
  let compressedSize = view.getUint32(at + 20, true);
  let size = view.getUint32(at + 24, true);
  let localOffset = view.getUint32(at + 42, true);
  let extra = at + 46 + lengths.nameLength;
  const extraEnd = extra + lengths.extraLength;
  while (extra + 4 <= extraEnd) {
    const fieldEnd = extra + 4 + view.getUint16(extra + 2, true);
    if (view.getUint16(extra, true) === 1) {
      let field = extra + 4;
      const take = (narrow: number): number => {
        if (narrow !== 0xffffffff || field + 8 > fieldEnd) return narrow;
        field += 8;
        return wide(view, field - 8);
      };
      size = take(size);
      compressedSize = take(compressedSize);
      localOffset = take(localOffset);
    }
    extra = fieldEnd;
  }
  return { method: view.getUint16(at + 10, true), compressedSize, size, localOffset };
}

function readEntry(view: DataView, entry: Entry, tail: Tail): Exclude<TailAnswer, { kind: "need" | "apart" }> {
  const at = entry.localOffset - tail.offset;
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== 0x04034b50) {
    return { kind: "broken", reason: "the local header of its METADATA is missing" };
  }
  const start = at + headerBytes(view, at);
  const data = tail.bytes.subarray(start, start + entry.compressedSize);
  if (data.length !== entry.compressedSize || entry.size > metadataBytesMax) {
    return { kind: "broken", reason: "the size of its METADATA is wrong" };
  }
  return inflateEntry(data, entry);
}

function inflateEntry(data: Uint8Array, entry: Entry): Exclude<TailAnswer, { kind: "need" | "apart" }> {
  const offset = entry.localOffset;
  if (entry.method === 0) return { kind: "found", bytes: data, offset };
  if (entry.method !== 8) return { kind: "broken", reason: `compression method ${entry.method} is not supported` };
  try {
    const bytes = inflateRawSync(data, { maxOutputLength: Math.max(1, entry.size) });
    if (bytes.length !== entry.size) return { kind: "broken", reason: "its METADATA has another size than announced" };
    return { kind: "found", bytes, offset };
  } catch (error) {
    if (error instanceof Error) return { kind: "broken", reason: `its METADATA does not inflate: ${error.message}` };
    throw error;
  }
}
