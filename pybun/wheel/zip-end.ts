/**
 * The end of a ZIP archive: from the last bytes to where the central directory lies and how many entries it has.
 *
 * Readers differ in how they look for the end record, and that is what confusion attacks live on: one takes the last
 * signature, another the first, a third walks the local headers (PyPI's upload rules of August 2025 and
 * CVE-2025-54368 are about exactly this). So there must be one reading only: one end record, its comment ending with
 * the file, directly behind the zip64 records or the directory (APPNOTE 4.3.14 to 4.3.16).
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { ArchiveSource } from "./archive-source.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { readUint64, sentinel16, sentinel32, signature, viewOf } from "./zip-entry.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

const endBytes = 22;
const locatorBytes = 20;
const end64Bytes = 56;
const commentBytesMax = 0xffff;

export interface DirectoryPlace {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

/** @throws E_WHEEL_NOT_ZIP, E_WHEEL_ZIP_TRAILING, E_WHEEL_ZIP_TWO_ENDS, E_WHEEL_ZIP_COUNT, E_WHEEL_ZIP_RECORD */
export function findDirectory(archive: ArchiveSource, file: string): DirectoryPlace {
  const end = findEnd(archive, file);
  const view = viewOf(archive.read(end, endBytes).slice());
  const plain = {
    disk: view.getUint16(4, true),
    directoryDisk: view.getUint16(6, true),
    countHere: view.getUint16(8, true),
    count: view.getUint16(10, true),
    size: view.getUint32(12, true),
    offset: view.getUint32(16, true),
  };
  const wide = readEnd64(archive, { end, file });
  const place = wide === undefined ? plain : mergeEnds(plain, wide, file);
  if (place.disk !== 0 || place.directoryDisk !== 0 || place.countHere !== place.count) {
    throw problem("E_WHEEL_ZIP_COUNT", { file, detail: "it is a part of a split archive" });
  }
  const directoryEnd = wide?.recordOffset ?? end;
  if (place.offset + place.size !== directoryEnd) {
    const detail = `the directory should end at ${place.offset + place.size}, but ends at ${directoryEnd}`;
    throw problem("E_WHEEL_ZIP_COUNT", { file, detail });
  }
  return { offset: place.offset, size: place.size, count: place.count };
}

/** Where the only end record starts. */
function findEnd(archive: ArchiveSource, file: string): number {
  const length = Math.min(archive.size, endBytes + commentBytesMax);
  const start = archive.size - length;
  const tail = Buffer.from(archive.read(start, length));
  const found: number[] = [];
  const bytes = Buffer.from("PK\x05\x06", "latin1");
  for (let at = tail.indexOf(bytes); at !== -1; at = tail.indexOf(bytes, at + 1)) found.push(at);
  const whole = found.filter((at) => at + endBytes <= tail.length);
  const ending = whole.filter((at) => at + endBytes + tail.readUInt16LE(at + 20) === tail.length);
  const [first] = ending;
  if (ending.length > 1 || (first !== undefined && found.some((at) => at > first))) {
    throw problem("E_WHEEL_ZIP_TWO_ENDS", { file });
  }
  if (first !== undefined) return start + first;
  const last = whole.at(-1);
  if (last === undefined) throw problem("E_WHEEL_NOT_ZIP", { file, detail: "it has no end record" });
  const bytesAfter = tail.length - (last + endBytes + tail.readUInt16LE(last + 20));
  if (bytesAfter < 0) throw problem("E_WHEEL_NOT_ZIP", { file, detail: "its comment is cut off" });
  throw problem("E_WHEEL_ZIP_TRAILING", { file, bytes: bytesAfter });
}

interface PlainEnd extends DirectoryPlace {
  readonly disk: number;
  readonly directoryDisk: number;
  readonly countHere: number;
}

interface WideEnd extends PlainEnd {
  readonly recordOffset: number;
}

/** The zip64 end record (APPNOTE 4.3.14) by its locator (4.3.15), if the locator's signature is there. */
function readEnd64(archive: ArchiveSource, { end, file }: { end: number; file: string }): WideEnd | undefined {
  const locatorOffset = end - locatorBytes;
  if (locatorOffset < end64Bytes) return undefined;
  const locator = viewOf(archive.read(locatorOffset, locatorBytes));
  if (locator.getUint32(0, true) !== signature.locator64) return undefined;
  const malformed = (detail: string) => problem("E_WHEEL_ZIP_RECORD", { file, detail });
  const recordOffset = readUint64(locator, 8);
  if (locator.getUint32(4, true) !== 0 || locator.getUint32(16, true) > 1) throw malformed("it is a split archive");
  // Version 1 of the record is exactly 56 bytes; a longer one carries an extensible sector that readers skip.
  if (recordOffset + end64Bytes !== locatorOffset) throw malformed("its zip64 end record is not before its locator");
  const record = viewOf(archive.read(recordOffset, end64Bytes));
  if (record.getUint32(0, true) !== signature.end64) throw malformed("its zip64 locator points elsewhere");
  if (readUint64(record, 4) !== end64Bytes - 12) throw malformed("its zip64 end record has another size");
  return {
    recordOffset,
    disk: record.getUint32(16, true),
    directoryDisk: record.getUint32(20, true),
    countHere: readUint64(record, 24),
    count: readUint64(record, 32),
    size: readUint64(record, 40),
    offset: readUint64(record, 48),
  };
}

/** Both records are there: a field of the short one must be the same, or the sentinel that defers to the long one. */
function mergeEnds(plain: PlainEnd, wide: WideEnd, file: string): WideEnd {
  const agrees = (value: number, wideValue: number, sentinel: number) => value === sentinel || value === wideValue;
  const same =
    agrees(plain.disk, wide.disk, sentinel16) &&
    agrees(plain.directoryDisk, wide.directoryDisk, sentinel16) &&
    agrees(plain.countHere, wide.countHere, sentinel16) &&
    agrees(plain.count, wide.count, sentinel16) &&
    agrees(plain.size, wide.size, sentinel32) &&
    agrees(plain.offset, wide.offset, sentinel32);
  if (!same) throw problem("E_WHEEL_ZIP_COUNT", { file, detail: "its two kinds of end record differ" });
  return wide;
}
