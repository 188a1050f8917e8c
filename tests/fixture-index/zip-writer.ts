/** Writes ZIP archives for tests, entry by entry; independent of the readers that it tests. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly path: string;
  readonly data: Uint8Array | string;
  /** 0 (stored) or 8 (deflated, the default). */
  readonly method?: 0 | 8;
  /** Unix mode, file type bits included; 0o100644 if absent. */
  readonly mode?: number;
}

/** In the order given. `comment` ends the archive; `prefix` is put before everything (offsets count from it). */
export function writeZip(
  entries: readonly ZipEntry[],
  options: { comment?: string; prefix?: Uint8Array } = {},
): Buffer {
  const locals: Buffer[] = [Buffer.from(options.prefix ?? [])];
  const directory: Buffer[] = [];
  let offset = locals[0]?.length ?? 0;
  for (const entry of entries) {
    const { local, central } = writeEntry(entry, offset);
    locals.push(local);
    directory.push(central);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([
    ...locals,
    central,
    endRecord(entries.length, { offset, size: central.length, comment: options.comment ?? "" }),
  ]);
}

function writeEntry(entry: ZipEntry, offset: number): { local: Buffer; central: Buffer } {
  const name = Buffer.from(entry.path, "utf8");
  const data = Buffer.from(entry.data);
  const method = entry.method ?? 8;
  const packed = method === 8 ? deflateRawSync(data) : data;
  // Version, flags (UTF-8 names), method, time and date (1980-01-01), CRC, sizes, length of the name.
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(0x800, 2);
  shared.writeUInt16LE(method, 4);
  shared.writeUInt16LE(0x21, 8);
  shared.writeUInt32LE(crc32(data), 10);
  shared.writeUInt32LE(packed.length, 14);
  shared.writeUInt32LE(data.length, 18);
  shared.writeUInt16LE(name.length, 22);
  const attributes = Buffer.alloc(14);
  attributes.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
  attributes.writeUInt32LE(offset, 10);
  return {
    local: Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), shared, name, packed]),
    central: Buffer.concat([Buffer.from("PK\x01\x02\x14\x03", "latin1"), shared, attributes, name]),
  };
}

function endRecord(count: number, place: { offset: number; size: number; comment: string }): Buffer {
  const comment = Buffer.from(place.comment, "utf8");
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(place.size, 12);
  end.writeUInt32LE(place.offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([end, comment]);
}
