/**
 * The central directory (APPNOTE 4.3.12): bytes in, entries out. It must fill exactly the place and the count that the
 * end record gives. Only what a wheel needs is let through: stored and deflate, no encryption, files and directories.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { ArchiveSource } from "./archive-source.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { checkEntryKind } from "./entry-kind.ts";
import { decodeEntryName } from "./entry-name.ts";
import { findDirectory } from "./zip-end.ts";
import { flag, method, sentinel16, sentinel32, signature, viewOf, type ZipEntry } from "./zip-entry.ts";
import { checkUnicodePath, parseExtra, readZip64 } from "./zip-extra.ts";
import { checkLayout } from "./zip-local.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

const headerBytes = 46;
const acceptedFlags = 0b110 | flag.descriptor | flag.utf8;
const entriesMax = 1_000_000;

/** Reads and checks all headers of an archive; the data of the entries is not touched. Directory order. */
export function readDirectory(archive: ArchiveSource, file: string): readonly ZipEntry[] {
  const place = findDirectory(archive, file);
  if (place.count > entriesMax) throw problem("E_WHEEL_BOMB", { file, detail: `it has ${place.count} entries` });
  const bytes = archive.read(place.offset, place.size).slice();
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  while (entries.length < place.count) {
    const { entry, next } = readHeader(bytes, at, file);
    if (names.has(entry.name)) throw problem("E_WHEEL_ZIP_DUPLICATE", { file, entry: entry.name });
    names.add(entry.name);
    entries.push(entry);
    at = next;
  }
  if (at !== bytes.length) {
    const detail = `${bytes.length - at} bytes follow the ${place.count} entries that it counts`;
    throw problem("E_WHEEL_ZIP_COUNT", { file, detail });
  }
  checkLayout(archive, { file, entries, directoryOffset: place.offset });
  return entries;
}

function readHeader(bytes: Uint8Array, at: number, file: string): { entry: ZipEntry; next: number } {
  const cut = () => problem("E_WHEEL_ZIP_COUNT", { file, detail: "its directory ends within an entry" });
  if (at + headerBytes > bytes.length) throw cut();
  const view = viewOf(bytes.subarray(at));
  if (view.getUint32(0, true) !== signature.central) {
    throw problem("E_WHEEL_ZIP_RECORD", { file, detail: `no directory entry stands at byte ${at} of the directory` });
  }
  const nameEnd = at + headerBytes + view.getUint16(28, true);
  const extraEnd = nameEnd + view.getUint16(30, true);
  const next = extraEnd + view.getUint16(32, true);
  if (next > bytes.length) throw cut();
  const nameBytes = bytes.subarray(at + headerBytes, nameEnd);
  const flags = view.getUint16(8, true);
  const name = decodeEntryName(nameBytes, { file, utf8: (flags & flag.utf8) !== 0 });
  const extra = parseExtra(bytes.subarray(nameEnd, extraEnd), { file, entry: name });
  checkUnicodePath(extra, { file, entry: name });
  const sizes = resolveSizes(view, extra, { file, entry: name });
  const entry: ZipEntry = {
    name,
    nameBytes,
    isDirectory: name.endsWith("/"),
    flags,
    method: view.getUint16(10, true),
    crc: view.getUint32(16, true),
    mode: view.getUint16(40, true),
    ...sizes,
  };
  checkFeatures(entry, file);
  checkEntryKind(entry, { file, dosAttributes: view.getUint16(38, true) });
  return { entry, next };
}

type Sizes = Pick<ZipEntry, "compressedSize" | "size" | "offset">;

/** APPNOTE 4.5.3: the extra record holds the fields whose place in the header has the sentinel, in this order. */
function resolveSizes(
  view: DataView,
  extra: ReadonlyMap<number, Uint8Array>,
  at: { file: string; entry: string },
): Sizes {
  const disk = view.getUint16(34, true);
  const fields = [view.getUint32(24, true), view.getUint32(20, true), view.getUint32(42, true)];
  const [size = 0, compressedSize = 0, offset = 0] = readZip64(fields, extra, { ...at, sentinel: sentinel32 });
  if (disk !== 0 && disk !== sentinel16) {
    throw problem("E_WHEEL_ZIP_RECORD", { file: at.file, detail: `'${at.entry}' is on another disk` });
  }
  return { size, compressedSize, offset };
}

function checkFeatures(entry: ZipEntry, file: string): void {
  if ((entry.flags & (flag.encrypted | flag.strong | flag.masked)) !== 0) {
    throw problem("E_WHEEL_ZIP_ENCRYPTED", { file, entry: entry.name });
  }
  const unsupported = (feature: string) => problem("E_WHEEL_ZIP_UNSUPPORTED", { file, entry: entry.name, feature });
  if ((entry.flags & ~acceptedFlags) !== 0) throw unsupported(`the flags 0x${entry.flags.toString(16)}`);
  if (entry.method !== method.stored && entry.method !== method.deflate) {
    throw unsupported(`the compression method ${entry.method}`);
  }
  if (entry.method === method.stored && entry.size !== entry.compressedSize) {
    throw problem("E_WHEEL_ENTRY_SIZE", { file, entry: entry.name, detail: "it is stored, but its two sizes differ" });
  }
  if (entry.isDirectory && entry.size !== 0) {
    throw problem("E_WHEEL_ENTRY_KIND", { file, entry: entry.name, kind: "a directory with contents" });
  }
}
