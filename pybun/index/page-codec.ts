/**
 * The binary form of a cached page: a head that is read and checked at once, and a body that is read in blocks when a
 * release is asked for. A warm resolution thus touches the heads only, and some kilobytes of the bodies.
 *
 * Head, little-endian: magic, layout version, head size, checksum of the rest of the head · counts and sizes (u32) ·
 * freshness (f64) · then the sections: where keys end, where texts end, first file of each release, extents of the
 * records in the body, a checksum for each 16 KiB block of the body, keys, texts, and a few strings as JSON.
 * Any disagreement makes the whole file a miss: the index can tell it again.
 */
import type { Freshness } from "./freshness.ts";
import type { PageForm } from "./page-view.ts";
import type { ReleaseTable } from "./release-table.ts";

export const blockBytes = 16 * 1024;
/** Read at once, before the head's size is known. */
export const prefixBytes = 16;

const magic = 0x31504256;
/**
 * Grows with every change of the layout, of version keys, or of what `extents` and `form` mean: keys of another order
 * would silently give other releases. A test compares the encoding with that of the last change.
 */
export const layoutVersion = 3;
const fixedBytes = 56;
const forms: readonly (PageForm | "absent")[] = ["absent", "html", "json"];

export interface PageHead {
  readonly form: PageForm | "absent";
  readonly freshness: Freshness;
  /** What relative links are relative to; may be a URL after redirects, hence stripped of user information. */
  readonly base: string;
  readonly count: number;
  readonly bodyBytes: number;
  readonly headBytes: number;
  readonly keyAt: (release: number) => string;
  readonly textAt: (release: number) => string;
  readonly extentsOf: (release: number) => Uint32Array;
  readonly blockChecksum: (block: number) => number;
}

export interface PageRecord {
  readonly form: PageForm | "absent";
  readonly base: string;
  readonly table: ReleaseTable;
  readonly body: Uint8Array;
  readonly freshness: Freshness;
}

export function encodeHead({ form, base, table, body, freshness }: PageRecord): Uint8Array {
  // Version keys are ASCII (pybun/versions/version-key.ts): one byte a character.
  const keys = Buffer.from(table.keys.join(""), "latin1");
  const texts = Buffer.from(table.texts.join(""), "utf8");
  const { etag, lastModified } = freshness;
  const strings = Buffer.from(JSON.stringify({ base, etag, lastModified }), "utf8");
  const sums = blockChecksums(body);
  const numbers = [endsOf(table.keys), endsOf(table.texts), table.fileStarts, table.extents, sums];
  const numberBytes = numbers.reduce((sum, section) => sum + section.byteLength, 0);
  const head = Buffer.alloc(fixedBytes + numberBytes + keys.length + texts.length + strings.length);
  const fields = [
    magic,
    layoutVersion,
    head.length,
    0,
    forms.indexOf(form),
    table.keys.length,
    table.extents.length / 2,
    sums.length,
    keys.length,
    texts.length,
    strings.length,
  ];
  for (const [i, field] of fields.entries()) head.writeUInt32LE(field, i * 4);
  head.writeUInt32LE(body.length, 44);
  head.writeDoubleLE(freshness.freshUntilMs, 48);
  let at = fixedBytes;
  for (const section of [...numbers, keys, texts, strings]) {
    head.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), at);
    at += section.byteLength;
  }
  head.writeUInt32LE(checksum(head.subarray(prefixBytes)), 12);
  return head;
}

/** The lengths of texts, summed up: text i ends at ends[i]. */
function endsOf(texts: readonly string[]): Uint32Array {
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [i, text] of texts.entries()) {
    end += text.length;
    ends[i] = end;
  }
  return ends;
}

function blockChecksums(body: Uint8Array): Uint32Array {
  const sums = new Uint32Array(Math.ceil(body.length / blockBytes));
  for (let block = 0; block < sums.length; block++) {
    sums[block] = checksum(body.subarray(block * blockBytes, (block + 1) * blockBytes));
  }
  return sums;
}

/** CRC-32, which processors compute themselves. Against accidents, not malice: whoever may write the cache may write anything. */
export function checksum(bytes: Uint8Array): number {
  return Bun.hash.crc32(bytes);
}

/** The head's size according to its first bytes, or `undefined` when they are not ours. */
export function headBytesOf(prefix: Buffer): number | undefined {
  if (prefix.length < prefixBytes || prefix.readUInt32LE(0) !== magic || prefix.readUInt32LE(4) !== layoutVersion)
    return undefined;
  const bytes = prefix.readUInt32LE(8);
  return bytes >= fixedBytes ? bytes : undefined;
}

/** Decodes a whole head; `undefined` when it is damaged. The buffer is kept. */
export function decodeHead(head: Buffer): PageHead | undefined {
  if (headBytesOf(head) !== head.length || head.readUInt32LE(12) !== checksum(head.subarray(prefixBytes)))
    return undefined;
  const field = (i: number): number => head.readUInt32LE(i * 4);
  const form = forms[field(4)];
  const [count, files, blocks, keyBytes, textBytes] = [field(5), field(6), field(7), field(8), field(9)];
  if (form === undefined) return undefined;
  let at = fixedBytes;
  const numbers = (length: number): Uint32Array => {
    const section = new Uint32Array(head.buffer, head.byteOffset + at, length);
    at += length * 4;
    return section;
  };
  const keyEnds = numbers(count);
  const textEnds = numbers(count);
  const fileStarts = numbers(count + 1);
  const extents = numbers(files * 2);
  const sums = numbers(blocks);
  const keys = lazyText(() => head.toString("latin1", at, at + keyBytes));
  const texts = lazyText(() => head.toString("utf8", at + keyBytes, at + keyBytes + textBytes));
  // Written by `encodeHead` and under its checksum: the shape is ours.
  const strings = JSON.parse(head.toString("utf8", at + keyBytes + textBytes)) as {
    base: string;
    etag?: string;
    lastModified?: string;
  };
  const { base, ...validators } = strings;
  return {
    form,
    base,
    freshness: { isStorable: true, freshUntilMs: head.readDoubleLE(48), ...validators },
    count,
    bodyBytes: field(11),
    headBytes: head.length,
    keyAt: (release) => keys().slice(keyEnds[release - 1] ?? 0, keyEnds[release]),
    textAt: (release) => texts().slice(textEnds[release - 1] ?? 0, textEnds[release]),
    extentsOf: (release) => extents.subarray((fileStarts[release] ?? 0) * 2, (fileStarts[release + 1] ?? 0) * 2),
    blockChecksum: (block) => sums[block] ?? 0,
  };
}

function lazyText(make: () => string): () => string {
  let text: string | undefined;
  return () => (text ??= make());
}
