/**
 * Writes ZIP archives byte by byte, so that tests can make every lie that an archive can tell. Nothing is checked:
 * each header takes its true value unless the test gives another.
 */
import { crc32, deflateRawSync } from "node:zlib";

/** Fields of one header, as far as a test wants them to differ from the truth. */
export interface HeaderLies {
  readonly name?: string;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly compressedSize?: number;
  readonly size?: number;
  readonly offset?: number;
  readonly extra?: Uint8Array;
  readonly disk?: number;
}

export interface EntrySpec {
  readonly name: string | Uint8Array;
  readonly data?: string | Uint8Array;
  readonly method?: number;
  /** General purpose bits besides those that `descriptor` needs. */
  readonly flags?: number;
  /** The whole 32 bits of the external attributes. */
  readonly attributes?: number;
  /** A data descriptor behind the data; the local header's fields are then zero. */
  readonly descriptor?: "signed" | "unsigned" | "signed64" | "unsigned64";
  /** Sizes in zip64 extra fields of both headers. */
  readonly zip64?: boolean;
  /** The bytes behind the local header, in place of the compressed data. */
  readonly raw?: Uint8Array;
  readonly local?: HeaderLies;
  readonly central?: HeaderLies;
  readonly descriptorLies?: Pick<HeaderLies, "crc" | "compressedSize" | "size">;
  /** Not in the directory. */
  readonly hidden?: boolean;
  /** In the directory only, with the offset of the entry before it. */
  readonly phantom?: boolean;
  /** Bytes that follow the entry. */
  readonly gap?: Uint8Array;
}

export interface EndSpec {
  readonly leading?: Uint8Array;
  readonly trailing?: Uint8Array;
  readonly comment?: Uint8Array;
  readonly zip64?: boolean;
  readonly count?: number;
  readonly directorySize?: number;
  readonly directoryOffset?: number;
  readonly disk?: number;
  /** Overrides of the zip64 end record. */
  readonly end64?: { readonly count?: number; readonly recordSize?: number; readonly locatorOffset?: number };
  /** Bytes between the directory and what follows it. */
  readonly behindDirectory?: Uint8Array;
}

const descriptorFlag = 8;
const latin = (text: string | Uint8Array): Buffer => Buffer.from(text as string); // Buffer.from takes either

/** Little-endian numbers: each item is [bytes, value]. */
export function pack(...items: readonly (readonly [1 | 2 | 4 | 8, number])[]): Buffer {
  return Buffer.concat(
    items.map(([bytes, value]) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64LE(BigInt(value));
      return buffer.subarray(0, bytes);
    }),
  );
}

interface Truth {
  readonly name: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly body: Buffer;
  readonly size: number;
}

function truthOf(entry: EntrySpec): Truth {
  const data = latin(entry.data ?? "");
  const method = entry.method ?? 8;
  const compressed = method === 8 ? deflateRawSync(data) : data;
  const flags = (entry.flags ?? 0) | (entry.descriptor === undefined ? 0 : descriptorFlag);
  return {
    name: latin(entry.name),
    flags,
    method,
    crc: crc32(data),
    body: latin(entry.raw ?? compressed),
    size: data.length,
  };
}

function localHeader(entry: EntrySpec, truth: Truth): Buffer {
  const { descriptor, zip64, local = {} } = entry;
  const name = local.name === undefined ? truth.name : latin(local.name);
  const known = descriptor === undefined;
  const wide = pack([2, 1], [2, 16], [8, truth.size], [8, truth.body.length]);
  const extra = local.extra ?? (zip64 === true ? wide : Buffer.alloc(0));
  const sized = (value: number) => (zip64 === true ? 0xffffffff : known ? value : 0);
  return Buffer.concat([
    pack([4, 0x04034b50], [2, 20], [2, local.flags ?? truth.flags], [2, local.method ?? truth.method], [4, 0x21]),
    pack([4, local.crc ?? (known ? truth.crc : 0)]),
    pack([4, local.compressedSize ?? sized(truth.body.length)], [4, local.size ?? sized(truth.size)]),
    pack([2, name.length], [2, extra.length]),
    name,
    extra,
  ]);
}

function dataDescriptor({ descriptor, descriptorLies: lies = {} }: EntrySpec, truth: Truth): Buffer {
  if (descriptor === undefined) return Buffer.alloc(0);
  const bytes = descriptor.endsWith("64") ? 8 : 4;
  return Buffer.concat([
    descriptor.startsWith("signed") ? pack([4, 0x08074b50]) : Buffer.alloc(0),
    pack([4, lies.crc ?? truth.crc]),
    pack([bytes, lies.compressedSize ?? truth.body.length], [bytes, lies.size ?? truth.size]),
  ]);
}

function centralHeader(entry: EntrySpec, truth: Truth, offset: number): Buffer {
  const { zip64, central = {} } = entry;
  const name = central.name === undefined ? truth.name : latin(central.name);
  const wide = pack([2, 1], [2, 24], [8, truth.size], [8, truth.body.length], [8, offset]);
  const extra = central.extra ?? (zip64 === true ? wide : Buffer.alloc(0));
  const sized = (value: number) => (zip64 === true ? 0xffffffff : value);
  return Buffer.concat([
    pack([4, 0x02014b50], [2, 0x0314], [2, 20], [2, central.flags ?? truth.flags], [2, central.method ?? truth.method]),
    pack([4, 0x21], [4, central.crc ?? truth.crc], [4, central.compressedSize ?? sized(truth.body.length)]),
    pack([4, central.size ?? sized(truth.size)], [2, name.length], [2, extra.length], [2, 0], [2, central.disk ?? 0]),
    pack([2, 0], [4, entry.attributes ?? 0o100644 * 65536], [4, central.offset ?? sized(offset)]),
    name,
    extra,
  ]);
}

/** An archive of these entries, with the lies asked for. */
export function buildArchive(entries: readonly EntrySpec[], end: EndSpec = {}): Buffer {
  const parts: Buffer[] = [latin(end.leading ?? "")];
  const directory: Buffer[] = [];
  let at = parts[0]?.length ?? 0;
  let previous = at;
  for (const entry of entries) {
    const truth = truthOf(entry);
    if (entry.phantom === true) {
      directory.push(centralHeader(entry, truth, previous));
      continue;
    }
    const whole = [localHeader(entry, truth), truth.body, dataDescriptor(entry, truth), latin(entry.gap ?? "")];
    if (entry.hidden !== true) directory.push(centralHeader(entry, truth, at));
    previous = at;
    parts.push(...whole);
    at += whole.reduce((sum, part) => sum + part.length, 0);
  }
  return Buffer.concat([...parts, ...directory, latin(end.behindDirectory ?? ""), endRecords(directory, at, end)]);
}

function endRecords(directory: readonly Buffer[], offset: number, end: EndSpec): Buffer {
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const { zip64 = false, end64 = {}, comment = Buffer.alloc(0), trailing = Buffer.alloc(0) } = end;
  const count = end64.count ?? directory.length;
  const record = pack(
    [4, 0x06064b50],
    [8, end64.recordSize ?? 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, offset],
  );
  const locator = pack([4, 0x07064b50], [4, 0], [8, end64.locatorOffset ?? offset + size], [4, 1]);
  const plain = (value: number, sentinel: number) => (zip64 ? sentinel : value);
  const entries = end.count ?? plain(directory.length, 0xffff);
  return Buffer.concat([
    zip64 ? Buffer.concat([record, locator]) : Buffer.alloc(0),
    pack([4, 0x06054b50], [2, end.disk ?? 0], [2, 0], [2, entries], [2, entries]),
    pack([4, end.directorySize ?? plain(size, 0xffffffff)], [4, end.directoryOffset ?? plain(offset, 0xffffffff)]),
    pack([2, comment.length]),
    comment,
    trailing,
  ]);
}
