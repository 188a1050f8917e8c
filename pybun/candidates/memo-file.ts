/**
 * The file form of a resolution memo: records of projects, found by name without reading the others.
 *
 *   magic, format, CRC-32 of all that follows, bytes of the directory (u32 little-endian each)
 *   directory: JSON, name → [offset among the records, bytes]; the first were used last
 *   records: JSON each
 *
 * JSON, because in a process that lives for 20 ms the engine's own parser outruns any decoder of ours.
 * A file of another format, or one that does not check, is no memo at all.
 */

/** Grows with every change of what a record holds, of version keys, or of how a file or a requirement is judged. */
export const memoFormat = 8;

const magic = 0x314d4256;
const headBytes = 16;

/** Records by name, each one undecoded, in order of use. */
export type MemoRecords = ReadonlyMap<string, Uint8Array>;

/** `undefined`: damaged, or of another format. The records are views of `bytes`. */
export function decodeMemo(bytes: Buffer): MemoRecords | undefined {
  if (bytes.length < headBytes || bytes.readUInt32LE(0) !== magic || bytes.readUInt32LE(4) !== memoFormat)
    return undefined;
  if (bytes.readUInt32LE(8) !== Bun.hash.crc32(bytes.subarray(12))) return undefined;
  const recordsAt = headBytes + bytes.readUInt32LE(12);
  // Written by `encodeMemo` and under its checksum: the shape is ours.
  const directory = JSON.parse(bytes.toString("utf8", headBytes, recordsAt)) as Record<string, [number, number]>;
  const records = new Map<string, Uint8Array>();
  for (const name in directory) {
    const [from = 0, length = 0] = directory[name] ?? [];
    records.set(name, bytes.subarray(recordsAt + from, recordsAt + from + length));
  }
  return records;
}

/** The first records that fit; what was used longest ago is left out. */
export function encodeMemo(records: MemoRecords, bytesMax: number): Uint8Array {
  const directory: Record<string, [number, number]> = {};
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for (const [name, record] of records) {
    if (bytes + record.length > bytesMax) continue;
    directory[name] = [bytes, record.length];
    bytes += record.length;
    kept.push(record);
  }
  const index = Buffer.from(JSON.stringify(directory), "utf8");
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(magic, 0);
  head.writeUInt32LE(memoFormat, 4);
  head.writeUInt32LE(index.length, 12);
  const whole = Buffer.concat([head, index, ...kept]);
  whole.writeUInt32LE(Bun.hash.crc32(whole.subarray(12)), 8);
  return whole;
}
