/**
 * Reads PKG-INFO out of a `.tar.gz` as it arrives, and stops as soon as it is there.
 *
 * In: pieces of the archive. Out: the bytes of `<top>/PKG-INFO`, or `undefined` when the archive has none. The file
 * mostly comes first or last; stopping early spares the rest either way when it comes first. tar: POSIX.1-2001 ustar and
 * pax headers; GNU long names are skipped over, since the name we want is short.
 */

import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { indexDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof indexDiagnostics>();

const blockBytes = 512;
/** Unpacked bytes that we are ready to pass over: a bomb shall not keep us busy. */
const unpackedBytesMax = 1024 * 1024 * 1024;
const pkgInfoBytesMax = 32 * 1024 * 1024;

/** Throws `E_INDEX_METADATA` for what is no tar.gz. */
export async function readPkgInfo(pieces: AsyncIterable<Uint8Array>, file: string): Promise<Uint8Array | undefined> {
  const scan = tarScan();
  const gunzip = createGunzip();
  const source = Readable.from(pieces);
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) {
      // A stream of a Gunzip yields Buffers only; the type of async iteration over streams does not say so.
      const answer = scan(chunk as Buffer);
      if (answer !== undefined) return answer === "end" ? undefined : answer;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw problem("E_INDEX_METADATA", { file, reason: `it is no gzip archive: ${error.message}` }, { cause: error });
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  return undefined;
}

function isZlibError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^(?:Z_|ERR_BUFFER|ERR_ZLIB)/.test(error.code)
  );
}

/** A consumer of unpacked chunks: the file's bytes when they are complete, "end" at the end of the archive. */
function tarScan(): (chunk: Uint8Array) => Uint8Array | "end" | undefined {
  let held: Uint8Array = new Uint8Array(0);
  let skip = 0;
  let wanted: number | undefined;
  let passed = 0;
  return (chunk) => {
    passed += chunk.length;
    if (passed > unpackedBytesMax) return "end";
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      const step = Math.min(skip, held.length);
      held = held.subarray(step);
      skip -= step;
      if (skip > 0) return undefined;
      if (wanted !== undefined) return held.length < wanted ? undefined : held.slice(0, wanted);
      if (held.length < blockBytes) return undefined;
      const header = readHeader(held.subarray(0, blockBytes));
      if (header === "end") return "end";
      held = held.subarray(blockBytes);
      if (header.isPkgInfo) wanted = header.size;
      else skip = Math.ceil(header.size / blockBytes) * blockBytes;
    }
  };
}

function readHeader(block: Uint8Array): { size: number; isPkgInfo: boolean } | "end" {
  const buffer = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const size = sizeOf(buffer);
  if (buffer[0] === 0 || size === undefined) return "end";
  const prefix = buffer.toString("latin1", 257, 262) === "ustar" ? textOf(buffer, 345, 500) : "";
  const name = (prefix === "" ? "" : `${prefix}/`) + textOf(buffer, 0, 100);
  const type = buffer[156];
  const isFile = type === 0 || type === 48;
  return { size, isPkgInfo: isFile && size <= pkgInfoBytesMax && /^(?:\.\/)?[^/]+\/PKG-INFO$/.test(name) };
}

/** Octal digits, or a big-endian number when the first bit is set (GNU, star). */
function sizeOf(buffer: Buffer): number | undefined {
  if (((buffer[124] ?? 0) & 0x80) !== 0) return Number(buffer.readBigUInt64BE(128));
  const text = textOf(buffer, 124, 136).trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || "0", 8) : undefined;
}

function textOf(buffer: Buffer, from: number, to: number): string {
  const text = buffer.toString("utf8", from, to);
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}
