/**
 * The binary form of a cached page: a head that is read and checked at once, and a body that is read in blocks when a
 * release is asked for (`page-blocks.ts`). A warm resolution thus touches the heads only, and some kilobytes of the
 * bodies.
 *
 * Head, little-endian: magic, layout version, head size, checksum of all behind the lifetime (the prefix) · the lifetime
 * (`page-lifetime.ts`) · counts and sizes (u32) · then the sections: where keys end, where texts end, first file of each
 * release, extents of the records in the body, a checksum for each block of the body, keys, texts, and a few strings as
 * JSON. Any disagreement makes the whole file a miss: the index can tell it again.
 */
import type { Freshness } from "./freshness.ts";
import { blockChecksums, checksum } from "./page-blocks.ts";
import { decodeLifetime, encodeLifetime, lifetimeBytes } from "./page-lifetime.ts";
import type { PageForm } from "./page-view.ts";
import type { ReleaseLookup, ReleaseTable } from "./release-table.ts";

/** Read at once, before the head's size is known. Two heads with the same prefix tell of the same page. */
export const prefixBytes = 16;
const checkedFrom = prefixBytes + lifetimeBytes;

const magic = 0x31504256;
/**
 * Grows with every change of the layout, of version keys, or of what `extents`, `form` and `base` mean, or which links
 * are obeyed: keys of another order would silently give other releases. A test compares the encoding with that of the last change.
 */
export const layoutVersion = 8;
const forms: readonly (PageForm | "absent")[] = ["absent", "html", "json"];
/** Form, releases, files, blocks, bytes of keys, of texts, of the body. */
const fieldCount = 7;
const fixedBytes = checkedFrom + fieldCount * 4;

export interface PageHead extends ReleaseLookup {
  readonly form: PageForm | "absent";
  readonly freshness: Freshness;
  /** What relative links are relative to; may be a URL after redirects, hence stripped of user information. */
  readonly base: string;
  readonly bodyBytes: number;
  readonly headBytes: number;
  readonly blockChecksum: (block: number) => number;
  readonly prefix: Buffer;
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
  const counts = [table.keys.length, table.extents.length / 2, sums.length];
  const fields = Uint32Array.of(forms.indexOf(form), ...counts, keys.length, texts.length, body.length);
  const numbers = [fields, endsOf(table.keys), endsOf(table.texts), table.fileStarts, table.extents, sums];
  const checked = [...numbers.map(bytesOf), keys, texts, strings];
  const prefix = Buffer.alloc(prefixBytes);
  const head = Buffer.concat([prefix, encodeLifetime(freshness.freshUntilMs), ...checked]);
  for (const [i, field] of [magic, layoutVersion, head.length].entries()) head.writeUInt32LE(field, i * 4);
  head.writeUInt32LE(checksum(head.subarray(checkedFrom)), 12);
  return head;
}

function bytesOf(section: Uint32Array): Uint8Array {
  return new Uint8Array(section.buffer, section.byteOffset, section.byteLength);
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

/** The head's size according to its first bytes, or `undefined` when they are not ours. */
export function headBytesOf(prefix: Buffer): number | undefined {
  if (prefix.length < prefixBytes || prefix.readUInt32LE(0) !== magic || prefix.readUInt32LE(4) !== layoutVersion)
    return undefined;
  const bytes = prefix.readUInt32LE(8);
  return bytes >= fixedBytes ? bytes : undefined;
}

/** Decodes a whole head; `undefined` when it is damaged. The buffer is kept. */
export function decodeHead(head: Buffer): PageHead | undefined {
  if (headBytesOf(head) !== head.length || head.readUInt32LE(12) !== checksum(head.subarray(checkedFrom)))
    return undefined;
  let at = checkedFrom;
  const numbers = (length: number): Uint32Array => {
    const section = new Uint32Array(head.buffer, head.byteOffset + at, length);
    at += length * 4;
    return section;
  };
  const [formNumber = 0, count = 0, files = 0, blocks = 0, keyBytes = 0, textBytes = 0, bodyBytes = 0] =
    numbers(fieldCount);
  const form = forms[formNumber];
  if (form === undefined) return undefined;
  const [keyEnds, textEnds, fileStarts] = [numbers(count), numbers(count), numbers(count + 1)];
  const [extents, sums] = [numbers(files * 2), numbers(blocks)];
  const keys = lazyText(() => head.toString("latin1", at, at + keyBytes));
  const texts = lazyText(() => head.toString("utf8", at + keyBytes, at + keyBytes + textBytes));
  const { base, ...validators } = stringsOf(head.subarray(at + keyBytes + textBytes));
  const freshUntilMs = decodeLifetime(head.subarray(prefixBytes, checkedFrom));
  return {
    form,
    base,
    freshness: { isStorable: true, freshUntilMs, ...validators },
    count,
    bodyBytes,
    headBytes: head.length,
    keyAt: (release) => keys().slice(keyEnds[release - 1] ?? 0, keyEnds[release]),
    textAt: (release) => texts().slice(textEnds[release - 1] ?? 0, textEnds[release]),
    extentsOf: (release) => extents.subarray((fileStarts[release] ?? 0) * 2, (fileStarts[release + 1] ?? 0) * 2),
    blockChecksum: (block) => sums[block] ?? 0,
    prefix: head.subarray(0, prefixBytes),
  };
}

interface Strings {
  readonly base: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

function stringsOf(bytes: Buffer): Strings {
  // Written by `encodeHead` and under its checksum: the shape is ours.
  return JSON.parse(bytes.toString("utf8")) as Strings;
}

function lazyText(make: () => string): () => string {
  let text: string | undefined;
  return () => (text ??= make());
}
