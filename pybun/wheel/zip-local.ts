/**
 * The local headers (APPNOTE 4.3.7) and data descriptors (4.3.9), compared with the directory.
 *
 * Entries must tile the archive: the first starts at byte 0, each ends where the next begins, the last where the
 * directory begins. So there is nothing that one reader sees and another does not, and the length of a data
 * descriptor, which the format leaves to guessing (signature or not, 32 or 64 bits), follows from the gap.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { ArchiveSource } from "./archive-source.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { flag, readUint64, sentinel32, signature, viewOf, type ZipEntry } from "./zip-entry.ts";
import { checkUnicodePath, parseExtra, readZip64 } from "./zip-extra.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

const headerBytes = 30;

interface Layout {
  readonly file: string;
  readonly entries: readonly ZipEntry[];
  readonly directoryOffset: number;
}

/** @throws E_WHEEL_ZIP_LEADING, E_WHEEL_ZIP_HIDDEN, E_WHEEL_ZIP_OVERLAP, E_WHEEL_ZIP_MISMATCH, E_WHEEL_ZIP_RECORD */
export function checkLayout(archive: ArchiveSource, { file, entries, directoryOffset }: Layout): void {
  const sorted = entries.toSorted((a, b) => a.offset - b.offset);
  const start = sorted[0]?.offset ?? directoryOffset;
  if (start !== 0) throw problem("E_WHEEL_ZIP_LEADING", { file, bytes: start });
  sorted.forEach((entry, index) => {
    const next = sorted[index + 1];
    const limit = next?.offset ?? directoryOffset;
    const end = checkLocal(archive, entry, { file, limit, other: next?.name ?? "the directory" });
    if (end !== limit) throw problem("E_WHEEL_ZIP_HIDDEN", { file, offset: end, bytes: limit - end });
  });
}

interface Place {
  readonly file: string;
  /** Where the next thing starts. */
  readonly limit: number;
  /** What the next thing is called. */
  readonly other: string;
}

/** Checks one local header; the offset after the entry's last byte. */
function checkLocal(archive: ArchiveSource, entry: ZipEntry, { file, limit, other }: Place): number {
  const overlap = () => problem("E_WHEEL_ZIP_OVERLAP", { file, entry: entry.name, other });
  if (entry.offset + headerBytes > limit) throw overlap();
  const view = viewOf(archive.read(entry.offset, headerBytes));
  if (view.getUint32(0, true) !== signature.local) {
    throw problem("E_WHEEL_ZIP_RECORD", { file, detail: `no local header stands at the offset of '${entry.name}'` });
  }
  const nameBytes = view.getUint16(26, true);
  const headBytes = headerBytes + nameBytes + view.getUint16(28, true);
  const dataEnd = entry.offset + headBytes + entry.compressedSize;
  if (dataEnd > limit) throw overlap();
  const head = archive.read(entry.offset, headBytes);
  const mismatch = (field: string) => problem("E_WHEEL_ZIP_MISMATCH", { file, entry: entry.name, field });
  if (Buffer.compare(head.subarray(headerBytes, headerBytes + nameBytes), entry.nameBytes) !== 0)
    throw mismatch("name");
  checkFields(head, entry, { file, mismatch });
  const described = (entry.flags & flag.descriptor) !== 0;
  if (!described || dataEnd === limit) {
    if (described) throw mismatch("data descriptor");
    return dataEnd;
  }
  return dataEnd + checkDescriptor(archive, entry, { dataEnd, limit, mismatch });
}

type Mismatch = (field: string) => Error;

function checkFields(
  head: Uint8Array,
  entry: ZipEntry,
  { file, mismatch }: { file: string; mismatch: Mismatch },
): void {
  const view = viewOf(head);
  if (view.getUint16(6, true) !== entry.flags) throw mismatch("flags");
  if (view.getUint16(8, true) !== entry.method) throw mismatch("method");
  const at = { file, entry: entry.name };
  const extra = parseExtra(head.subarray(headerBytes + view.getUint16(26, true)), at);
  checkUnicodePath(extra, at);
  const raw = [view.getUint32(22, true), view.getUint32(18, true)];
  const [size, compressedSize] = readZip64(raw, extra, { ...at, sentinel: sentinel32 });
  // With a data descriptor the three fields are zero (4.4.4), but writers that know them already fill them in.
  const unknown = (entry.flags & flag.descriptor) !== 0 ? [0, sentinel32] : [];
  const agrees = (value: number | undefined, expected: number) =>
    value === expected || (value !== undefined && unknown.includes(value));
  if (!agrees(view.getUint32(14, true), entry.crc)) throw mismatch("CRC-32");
  if (!agrees(compressedSize, entry.compressedSize)) throw mismatch("compressed size");
  if (!agrees(size, entry.size)) throw mismatch("size");
}

interface DescriptorPlace {
  readonly dataEnd: number;
  readonly limit: number;
  readonly mismatch: Mismatch;
}

/** The length of the data descriptor between `dataEnd` and `limit`, its values compared with the directory's. */
function checkDescriptor(
  archive: ArchiveSource,
  entry: ZipEntry,
  { dataEnd, limit, mismatch }: DescriptorPlace,
): number {
  const length = limit - dataEnd;
  if (![12, 16, 20, 24].includes(length)) throw mismatch("data descriptor");
  const view = viewOf(archive.read(dataEnd, length));
  const signed = length === 16 || length === 24;
  if (signed && view.getUint32(0, true) !== signature.descriptor) throw mismatch("data descriptor");
  const at = signed ? 4 : 0;
  const wide = length >= 20;
  const sizeAt = (index: number) =>
    wide ? readUint64(view, at + 4 + index * 8) : view.getUint32(at + 4 + index * 4, true);
  if (view.getUint32(at, true) !== entry.crc) throw mismatch("CRC-32");
  if (sizeAt(0) !== entry.compressedSize) throw mismatch("compressed size");
  if (sizeAt(1) !== entry.size) throw mismatch("size");
  return length;
}
