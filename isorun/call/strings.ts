/** Strings in memories (Canonical ABI, Loading and Storing): the three encodings, both ways. */
import { bytesMax } from "../adapter/copying.ts";
import { utf16Tag } from "../adapter/store-latin1.ts";
import type { StringEncoding } from "../decode/ast.ts";
import { TrapError } from "../errors/errors.ts";

export const stringBytesMax = bytesMax;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf16 = new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Up to this, loops over bytes are faster than what the engine's coders need around them: views and objects. */
export const shortMax = 32;
/** Up to this, putting letters together is faster than the decoder. */
const fewMax = 3;
/** One for each length: a view of the guest's bytes would be another object for each string. */
const shortBytes: readonly Uint8Array[] = Array.from({ length: shortMax + 1 }, (_, length) => new Uint8Array(length));
const none = new Uint8Array();

/** What a guest says that it has, which is not checked yet. */
export function stringBytes(encoding: StringEncoding, units: number): number {
  if (encoding === "utf8") return units;
  if (encoding === "utf16") return units * 2;
  return units >= utf16Tag ? (units - utf16Tag) * 2 : units;
}

export interface StringWords {
  readonly outOfBounds: string;
  readonly unaligned: string;
}

/** @param units the length as the guest says it, with the tag of latin1+utf16. @throws TrapError */
export function liftString(
  bytes: Uint8Array,
  { pointer, units }: { readonly pointer: number; readonly units: number },
  { encoding, words }: { readonly encoding: StringEncoding; readonly words: StringWords },
): string {
  const isTagged = encoding === "latin1-utf16" && units >= utf16Tag;
  const isWide = encoding === "utf16" || isTagged;
  const count = isTagged ? units - utf16Tag : units;
  const length = isWide ? count * 2 : count;
  if (length > stringBytesMax || pointer + length > bytes.length) throw new TrapError(words.outOfBounds);
  if (encoding !== "utf8" && pointer % 2 !== 0) throw new TrapError(words.unaligned);
  const text = bytes.subarray(pointer, pointer + length);
  if (isWide) return decodeWide(text);
  return encoding === "utf8" ? decodeUtf8(text) : decodeLatin1(text);
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new TrapError(isCutShort(bytes) ? "incomplete utf-8 byte sequence" : "invalid utf-8 sequence", { cause });
  }
}

/** Of `shortMax` bytes at most, which lie within the memory. @throws TrapError */
export function liftShortUtf8(bytes: Uint8Array, pointer: number, length: number): string {
  const copy = shortBytes[length] ?? none;
  let text = "";
  let all = 0;
  for (let index = 0; index < length; index += 1) {
    const byte = bytes[pointer + index] ?? 0;
    copy[index] = byte;
    all |= byte;
    if (length <= fewMax) text += String.fromCharCode(byte);
  }
  return length <= fewMax && all < 0x80 ? text : decodeUtf8(copy);
}

/** Whether more bytes could have made it valid. */
function isCutShort(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    // The decoder's only complaint: the bytes are wrong whatever follows.
    return false;
  }
}

function decodeWide(bytes: Uint8Array): string {
  try {
    return utf16.decode(bytes);
  } catch (cause) {
    throw new TrapError("unpaired surrogate found in a utf-16 string", { cause });
  }
}

const chunkLength = 8192;

function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += chunkLength) {
    text += String.fromCharCode(...bytes.subarray(start, start + chunkLength));
  }
  return text;
}

export interface EncodedString {
  readonly byteLength: number;
  readonly align: 1 | 2;
  /** What the guest is told as the length. */
  readonly units: number;
  readonly write: (bytes: Uint8Array, pointer: number) => void;
}

/** @param text of scalar values @returns undefined if it is too long */
export function encodeString(text: string, encoding: StringEncoding): EncodedString | undefined {
  // Each unit takes a byte at least.
  if (text.length > stringBytesMax) return undefined;
  const encoded = encodeAs(text, encoding);
  return encoded.byteLength > stringBytesMax ? undefined : encoded;
}

function encodeAs(text: string, encoding: StringEncoding): EncodedString {
  if (encoding === "utf8") {
    const bytes = encoder.encode(text);
    return { byteLength: bytes.length, align: 1, units: bytes.length, write: (into, at) => into.set(bytes, at) };
  }
  if (encoding === "latin1-utf16" && isLatin1(text)) {
    return { byteLength: text.length, align: 2, units: text.length, write: (into, at) => writeNarrow(text, into, at) };
  }
  const units = encoding === "utf16" ? text.length : text.length + utf16Tag;
  return { byteLength: text.length * 2, align: 2, units, write: (into, at) => writeWide(text, into, at) };
}

export function isShortAscii(text: string): boolean {
  if (text.length > shortMax) return false;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) >= 0x80) return false;
  return true;
}

const latin1 = /^[\u0000-\u00ff]*$/;
const isLatin1 = (text: string): boolean => latin1.test(text);

export function writeNarrow(text: string, into: Uint8Array, at: number): void {
  for (let index = 0; index < text.length; index += 1) into[at + index] = text.charCodeAt(index);
}

function writeWide(text: string, into: Uint8Array, at: number): void {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    into[at + index * 2] = unit & 0xff;
    into[at + index * 2 + 1] = unit >>> 8;
  }
}
