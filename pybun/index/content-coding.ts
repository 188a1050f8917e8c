/**
 * Bodies that come compressed. `fetch` would decompress them, but of one that is cut off or damaged it prints a line of
 * its own to the terminal, besides failing. The work is done off the main thread all the same.
 */

/** As the header names them, and as streams do. */
const codings = { gzip: "gzip", "x-gzip": "gzip", br: "brotli", zstd: "zstd" } as const;

export type ContentCoding = keyof typeof codings;

/** What is asked for where the caller does not mind. Not `deflate`, which means two things (RFC 9110, section 8.4.1.2). */
export const acceptEncoding = "gzip, br, zstd";

/** Larger than what Node takes: most pages then need one turn. */
const chunkBytes = 256 * 1024;

/** `undefined`: the body comes as it is, or in a coding that nobody asked for. */
export function contentCodingOf(headers: Headers): ContentCoding | undefined {
  const text = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  return isCoding(text) ? text : undefined;
}

/** Codings that nobody asked for and that are not undone; `undefined` where the body can be read. */
export function foreignCodingOf(headers: Headers): string | undefined {
  const text = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  return text === "" || text === "identity" || isCoding(text) ? undefined : text;
}

const isCoding = (text: string): text is ContentCoding => Object.hasOwn(codings, text);

/** A body that does not decode; it may be whole the next time. */
export class CodingFailure extends Error {
  readonly code = "ContentCoding";
  constructor(cause: unknown) {
    super("its compressed answer is damaged or cut off", { cause });
    this.name = "CodingFailure";
  }
}

/** `undefined`: it would have more than `bytesMax` bytes. Throws {@link CodingFailure}. */
export async function decodeBody(
  bytes: Uint8Array,
  { coding, bytesMax }: { coding: Exclude<ContentCoding, "zstd">; bytesMax: number },
): Promise<Uint8Array | undefined> {
  // Loaded by the first body that needs it: a warm resolution has none.
  const zlib = await import("node:zlib");
  const options = { maxOutputLength: bytesMax, chunkSize: chunkBytes };
  return new Promise((resolve, reject) => {
    const done = (error: NodeJS.ErrnoException | null, decoded: Uint8Array): void => {
      if (error === null) resolve(decoded);
      else if (error.code === "ERR_BUFFER_TOO_LARGE") resolve(undefined);
      else reject(new CodingFailure(error));
    };
    if (coding === "br") zlib.brotliDecompress(bytes, options, done);
    else zlib.gunzip(bytes, options, done);
  });
}

/** The same, piece by piece; its errors are those of the stream, and of the engine. */
export function decodeStream(body: ReadableStream<Uint8Array>, coding: ContentCoding): ReadableStream<Uint8Array> {
  // The types of the engine's streams and of `fetch` differ in whose buffers they speak of.
  const decoder = new DecompressionStream(codings[coding]) as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
  return body.pipeThrough(decoder);
}
