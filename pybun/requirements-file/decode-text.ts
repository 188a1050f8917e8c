/**
 * From bytes to the text of a file of requirements, as pip reads it: by its byte order mark (PowerShell writes UTF-16),
 * else by a coding that a comment on one of its first two lines names (PEP 263), else UTF-8. Strict, since bytes in
 * another encoding would end up as part of a name.
 */

export type DecodedText =
  | { readonly text: string }
  /** The coding that the file itself names, if it does, and whether there is one of this name. */
  | { readonly coding: string | undefined; readonly isKnown: boolean };

const marks: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

export function decodeText(bytes: Uint8Array): DecodedText {
  const marked = marks.find(([mark]) => mark.every((byte, at) => bytes[at] === byte))?.[1];
  const coding = marked === undefined ? namedCoding(bytes) : undefined;
  const decoder = decoderOf(marked ?? coding ?? "utf-8");
  if (decoder === undefined) return { coding, isKnown: false };
  try {
    const text = decoder(bytes);
    // UTF-16 without its mark passes for UTF-8 where all its characters are ASCII.
    return text.includes("\0") ? { coding, isKnown: true } : { text };
  } catch (error) {
    if (error instanceof TypeError) return { coding, isKnown: true };
    throw error;
  }
}

/** Undefined for a coding that nobody knows. Throws a TypeError for bytes that are not in it. */
function decoderOf(coding: string): ((bytes: Uint8Array) => string) | undefined {
  const label = labelOf(coding);
  // Under this name the platform decodes another coding, windows-1252.
  if (label === "latin1") return (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(label);
  try {
    // Whether it is one of the decoder's names is for the decoder to say.
    const decoder = new TextDecoder(label as Bun.Encoding, { fatal: true });
    return (bytes) => decoder.decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const headBytes = 1024;

function namedCoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, headBytes)).toString("latin1");
  for (const line of head.split("\n", 2)) {
    const coding = /^#.*?coding[:=]\s*([-\w.]+)/.exec(line)?.[1];
    if (coding !== undefined) return coding;
  }
  return undefined;
}

/** Names that Python has for codings, and the platform's decoder has not; what is ASCII is UTF-8. */
function labelOf(coding: string): string {
  const name = coding.toLowerCase().replaceAll("_", "-");
  if (/^(?:latin-?1|l1|iso-?8859-1|8859|cp819)$/.test(name)) return "latin1";
  return /^(?:utf-8-sig|u8|utf|(?:us-)?ascii|646)$/.test(name) ? "utf-8" : name;
}
