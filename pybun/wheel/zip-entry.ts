/** One entry of the central directory (APPNOTE 4.3.12), its sizes resolved through zip64. */
export interface ZipEntry {
  readonly name: string;
  /** The name as it stands in the directory: the local header must repeat these bytes. */
  readonly nameBytes: Uint8Array;
  readonly isDirectory: boolean;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where the local header starts. */
  readonly offset: number;
  /** The Unix mode in the upper half of the external attributes; 0 where the writer gave none. */
  readonly mode: number;
}

export const method = { stored: 0, deflate: 8 } as const;

/** General purpose bits, APPNOTE 4.4.4. */
export const flag = {
  encrypted: 1 << 0,
  descriptor: 1 << 3,
  patched: 1 << 5,
  strong: 1 << 6,
  utf8: 1 << 11,
  masked: 1 << 13,
} as const;

export const signature = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;

/** A value that stands for "see the zip64 record" (APPNOTE 4.4.1.4). */
export const sentinel16 = 0xffff;
export const sentinel32 = 0xffff_ffff;

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit number of the archive; above 2^53 it is no size that a file can have, and reads as Infinity. */
export function readUint64(view: DataView, offset: number): number {
  const value = view.getBigUint64(offset, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}
