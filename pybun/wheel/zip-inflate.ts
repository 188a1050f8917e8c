/**
 * The data of an entry: compressed bytes in, exactly `size` bytes with the right CRC-32 out, or a refusal.
 *
 * zlib, not libdeflate: with an output buffer of the announced size Bun's zlib is the faster of the two (its libdeflate
 * binding guesses the size and starts over: 146 ms against 63 for numpy's large libraries), it stops at the announced
 * size, and it tells how many bytes it used. The last is a matter of safety: readers that trust the stream's own end
 * and readers that trust the compressed size would otherwise see different things behind it.
 */
import { constants, crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { ArchiveSource } from "./archive-source.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { method, type ZipEntry } from "./zip-entry.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

/** Entries above this size go through `inflateInPieces`: two workers stay below 100 MB whatever a wheel holds. */
export const wholeBytesMax = 24 * 1024 * 1024;

const pieceBytes = 1024 * 1024;

interface EntryPlace {
  readonly archive: ArchiveSource;
  readonly file: string;
  /** Where the data starts: behind the local header. */
  readonly dataOffset: number;
}

/** An entry's whole data, checked. Valid until the archive is read again. */
export function inflateWhole(entry: ZipEntry, { archive, file, dataOffset }: EntryPlace): Uint8Array {
  const data = archive.read(dataOffset, entry.compressedSize);
  const bytes = entry.method === method.stored ? data : inflateSync(data, entry, file);
  checkSize(entry, { file, actual: bytes.length });
  if (crc32(bytes) !== entry.crc) throw problem("E_WHEEL_CRC", { file, entry: entry.name });
  return bytes;
}

function inflateSync(data: Uint8Array, entry: ZipEntry, file: string): Uint8Array {
  try {
    // One byte more than needed: a full buffer makes zlib allocate a second one to see whether more comes.
    const options = {
      info: true,
      maxOutputLength: entry.size + 1,
      chunkSize: Math.max(constants.Z_MIN_CHUNK, entry.size + 1),
    };
    // With `info` the result also carries the engine, which @types/node knows for no function of this family.
    const result = inflateRawSync(data, options) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
    checkConsumed(entry, { file, actual: result.engine.bytesWritten });
    return result.buffer;
  } catch (error) {
    throw inflateProblem(error, { file, entry });
  }
}

/** Calls `take` with one piece after the other; each is valid only during the call. Checked at the end. */
export async function inflateInPieces(
  entry: ZipEntry,
  { archive, file, dataOffset }: EntryPlace,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  const state = { size: 0, crc: 0 };
  const accept = (piece: Uint8Array): void => {
    state.size += piece.length;
    if (state.size > entry.size) checkSize(entry, { file, actual: state.size });
    state.crc = crc32(piece, state.crc);
    take(piece);
  };
  const pieces = piecesOf(archive, { dataOffset, length: entry.compressedSize });
  if (entry.method === method.stored) for (const piece of pieces) accept(piece);
  else await inflateStream(pieces, accept, { file, entry });
  checkSize(entry, { file, actual: state.size });
  if (state.crc !== entry.crc) throw problem("E_WHEEL_CRC", { file, entry: entry.name });
}

function* piecesOf(archive: ArchiveSource, { dataOffset, length }: { dataOffset: number; length: number }) {
  for (let at = 0; at < length; at += pieceBytes) {
    yield archive.read(dataOffset + at, Math.min(pieceBytes, length - at)).slice();
  }
}

async function inflateStream(
  pieces: Iterable<Uint8Array>,
  accept: (piece: Uint8Array) => void,
  { file, entry }: { file: string; entry: ZipEntry },
): Promise<void> {
  const inflate = createInflateRaw({ chunkSize: pieceBytes });
  try {
    const feed = async () => {
      for (const piece of pieces) {
        if (!inflate.write(piece)) await new Promise<void>((resolve) => inflate.once("drain", () => resolve()));
      }
      inflate.end();
    };
    const failed = new Promise<never>((_, reject) => inflate.once("error", reject));
    const drained = (async () => {
      for await (const piece of inflate) accept(piece as Uint8Array); // a zlib stream yields buffers
    })();
    await Promise.race([Promise.all([feed(), drained]), failed]);
    checkConsumed(entry, { file, actual: inflate.bytesWritten });
  } catch (error) {
    throw inflateProblem(error, { file, entry });
  } finally {
    inflate.destroy();
  }
}

function checkConsumed(entry: ZipEntry, { file, actual }: { file: string; actual: number }): void {
  if (actual === entry.compressedSize) return;
  const detail = `its stream ends after ${actual} of ${entry.compressedSize} bytes`;
  throw problem("E_WHEEL_ENTRY_SIZE", { file, entry: entry.name, detail });
}

function checkSize(entry: ZipEntry, { file, actual }: { file: string; actual: number }): void {
  if (actual === entry.size) return;
  const detail = `it holds ${actual > entry.size ? "more" : "fewer"} than the ${entry.size} bytes of its header`;
  throw problem("E_WHEEL_ENTRY_SIZE", { file, entry: entry.name, detail });
}

function inflateProblem(error: unknown, { file, entry }: { file: string; entry: ZipEntry }): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_BUFFER_TOO_LARGE") {
    const detail = `it holds more than the ${entry.size} bytes of its header`;
    return problem("E_WHEEL_ENTRY_SIZE", { file, entry: entry.name, detail });
  }
  if (code === "Z_DATA_ERROR" || code === "Z_BUF_ERROR") {
    return problem("E_WHEEL_DEFLATE", { file, entry: entry.name }, { cause: error });
  }
  return error;
}
