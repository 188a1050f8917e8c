/** What the specification says that copying a string comes to (Canonical ABI, `store_string`), by JavaScript's own strings. */
import type { StringEncoding } from "../../decode/ast.ts";
import type { Call } from "./run-string-copy.ts";

/** What latin1+utf16 can be is told apart. */
export type SourceForm = "utf8" | "utf16" | "latin1" | "tagged-utf16";

export interface Stored {
  readonly bytes: Uint8Array;
  readonly units: number;
  readonly calls: readonly Call[];
}

const tag = 0x8000_0000;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array =>
  Uint8Array.from({ length: text.length * 2 }, (_, index) => (text.charCodeAt(index >> 1) >> ((index & 1) * 8)) & 0xff);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
// oxlint-disable-next-line no-control-regex -- U+0000 is one of them
export const isLatin1 = (text: string): boolean => /^[\u0000-\u00ff]*$/.test(text);

/** The text in a form, and its length as it is told. */
export function encodeAs(text: string, form: SourceForm): { readonly bytes: Uint8Array; readonly units: number } {
  if (form === "utf8") return { bytes: utf8(text), units: utf8(text).length };
  if (form === "latin1") return { bytes: latin1(text), units: text.length };
  return { bytes: utf16(text), units: form === "utf16" ? text.length : text.length + tag };
}

export function storeString(
  text: string,
  { from, to }: { readonly from: SourceForm; readonly to: StringEncoding },
): Stored {
  const units = encodeAs(text, from).units % tag;
  if (to === "utf8")
    return from === "utf8" ? copied(utf8(text), 1) : toUtf8(text, { units, worst: from === "latin1" ? 2 : 3 });
  if (to === "utf16") return from === "utf8" ? fromUtf8ToUtf16(text, units) : { ...copied(utf16(text), 2), units };
  if (from === "latin1") return copied(latin1(text), 2);
  return from === "tagged-utf16" ? probablyUtf16(text, units) : toLatin1OrUtf16(text, units);
}

const copied = (bytes: Uint8Array, align: number): Stored => ({
  bytes,
  units: bytes.length,
  calls: [[0, align, bytes.length]],
});

/** The call that gives back what is not used, if there is any. */
const shrink = (old: number, ...[align = 1, size = 0]: readonly number[]): readonly Call[] =>
  size < old ? [[old, align, size]] : [];

function toUtf8(text: string, { units, worst }: { readonly units: number; readonly worst: number }): Stored {
  const bytes = utf8(text);
  if (bytes.length === text.length) return copied(bytes, 1);
  const most = units * worst;
  return { bytes, units: bytes.length, calls: [[0, 1, units], [units, 1, most], ...shrink(most, 1, bytes.length)] };
}

function fromUtf8ToUtf16(text: string, units: number): Stored {
  const bytes = utf16(text);
  return { bytes, units: text.length, calls: [[0, 2, units * 2], ...shrink(units * 2, 2, bytes.length)] };
}

function toLatin1OrUtf16(text: string, units: number): Stored {
  if (isLatin1(text)) {
    return { bytes: latin1(text), units: text.length, calls: [[0, 2, units], ...shrink(units, 2, text.length)] };
  }
  const [bytes, most] = [utf16(text), units * 2];
  return {
    bytes,
    units: text.length + tag,
    calls: [[0, 2, units], [units, 2, most], ...shrink(most, 2, bytes.length)],
  };
}

function probablyUtf16(text: string, units: number): Stored {
  if (!isLatin1(text)) return { bytes: utf16(text), units: units + tag, calls: [[0, 2, units * 2]] };
  return {
    bytes: latin1(text),
    units,
    calls: [
      [0, 2, units * 2],
      [units * 2, 1, units],
    ],
  };
}
