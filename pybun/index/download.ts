/** Streams a file into a sink, its hash computed on the way. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import type { Clock } from "./clock.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import { checkHashes, type HashCheck } from "./hash-check.ts";
import type { IndexFile } from "./index-file.ts";
import type { Limiter } from "./limiter.ts";
import { localPieces } from "./local-file.ts";
import { isBrokenOff, SinkFailure } from "./network-failure.ts";
import type { Answer, Transport } from "./transport.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface Sink {
  /** Called in order; the next piece waits for the promise. A piece is valid until then. */
  readonly write: (chunk: Uint8Array) => void | Promise<void>;
}

export interface DownloadedFile {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface DownloadParts {
  readonly transport: Transport;
  readonly limit: Limiter;
  readonly report: Report;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Of a file whose size the index does not announce: far more than PyPI lets a project upload, less than most disks hold. */
export const fileBytesMax = 8 * 1024 ** 3;
const progressEveryMs = 100;

/** Throws `E_INDEX_HASH`, `E_INDEX_TOO_LARGE`, `E_INDEX_TRUNCATED`, `UndemandedFile`, and what the transport throws. */
export async function downloadFile(file: IndexFile, sink: Sink, parts: DownloadParts): Promise<DownloadedFile> {
  const startMs = parts.clock.nowMs();
  const outcome = await parts.limit(() => transfer(file, sink, parts));
  const durationMs = Math.max(0, parts.clock.nowMs() - startMs);
  parts.report.emit("download.finish", {
    name: file.filename,
    url: redactAddress(file.url),
    bytes: outcome.bytes,
    duration_ms: durationMs,
  });
  return outcome;
}

/** What has come so far. It outlives a broken connection: the next attempt goes on where this one ended. */
interface Progress {
  readonly check: HashCheck;
  bytes: number;
  toldMs: number;
}

async function transfer(file: IndexFile, sink: Sink, parts: DownloadParts): Promise<DownloadedFile> {
  const check = checkHashes(file.hashes, {
    file: file.filename,
    url: redactAddress(file.url),
    demanded: file.demanded,
  });
  const progress: Progress = { check, bytes: 0, toldMs: parts.clock.nowMs() };
  const pour = pourInto({ file, sink, parts, progress });
  if (file.url.startsWith("file:")) await copy(file, { parts, pour });
  else await ask(file, { parts, progress, pour });
  if (file.size !== undefined && progress.bytes < file.size) {
    throw problem("E_INDEX_TRUNCATED", {
      url: redactAddress(file.url),
      bytes: progress.bytes,
      bytesExpected: file.size,
    });
  }
  return { bytes: progress.bytes, sha256: check.finish() };
}

type Pour = (source: AsyncIterable<Uint8Array>, total: number | undefined) => Promise<void>;

async function copy(file: IndexFile, { parts, pour }: { parts: DownloadParts; pour: Pour }): Promise<void> {
  try {
    await pour(localPieces(file.url, parts.signal), file.size);
  } catch (error) {
    throw error instanceof SinkFailure ? error.cause : error;
  }
}

/** The request is built anew for each attempt, because where it has to begin changes. */
function ask(
  file: IndexFile,
  { parts, progress, pour }: { parts: DownloadParts; progress: Progress; pour: Pour },
): Promise<void> {
  const bytesMax = file.size ?? fileBytesMax;
  const headers = (): Record<string, string> => ({
    "accept-encoding": "identity",
    ...(progress.bytes === 0 ? {} : { range: `bytes=${progress.bytes}-` }),
  });
  const options = {
    headers,
    signal: parts.signal,
    /** 416 answers who asks for what is behind the last byte (RFC 9110, section 15.5.17). */
    get answers() {
      return progress.bytes === 0 ? [206] : [206, 416];
    },
  };
  return parts.transport.ask(file.url, options, async (answer) => {
    if (answer.status === 416) return endAt(answer, progress.bytes);
    const { announced } = answer.body;
    const continues = answer.status === 206 && rangeStart(answer.headers) === progress.bytes;
    const total = announced === undefined ? file.size : announced + (continues ? progress.bytes : 0);
    const source = releasing(answer.body.pieces(bytesMax));
    try {
      await pour(continues ? source : without(source, progress.bytes), total);
    } catch (error) {
      parts.signal?.throwIfAborted();
      if (!isBrokenOff(error) || !isAllThere(file, progress)) throw error;
    }
  });
}

/** The connection may break after the last byte, before the server has told that it was the last one. */
function isAllThere(file: IndexFile, { bytes, check }: Progress): boolean {
  return file.size === undefined ? check.isWhole() : bytes === file.size;
}

function endAt({ status, url, headers }: Answer, bytes: number): void {
  const size = /^bytes \*\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  if (Number(size) !== bytes) throw problem("E_INDEX_STATUS", { url: redactAddress(url), status, attempts: 1 });
}

function rangeStart(headers: Headers): number {
  const start = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
  return start === undefined ? -1 : Number(start);
}

/**
 * Gives the memory of each piece back as soon as the next one is asked for, where the piece is all that lies in it. The
 * collector would come for it only after some hundred megabytes, each of them on new pages.
 */
async function* releasing(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of source) {
    yield piece;
    const { buffer, byteLength } = piece;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
  }
}

/** The source without its first bytes: a server that cannot continue sends the whole file again. */
async function* without(source: AsyncIterable<Uint8Array>, skip: number): AsyncGenerator<Uint8Array, void, void> {
  let left = skip;
  for await (const piece of source) {
    if (left >= piece.length) left -= piece.length;
    else {
      yield left === 0 ? piece : piece.subarray(left);
      left = 0;
    }
  }
}

function pourInto(to: { file: IndexFile; sink: Sink; parts: DownloadParts; progress: Progress }): Pour {
  const { file, sink, parts, progress } = to;
  return async (source, total) => {
    for await (const piece of source) {
      progress.check.update(piece);
      await keep(piece, sink);
      progress.bytes += piece.length;
      const nowMs = parts.clock.nowMs();
      if (nowMs - progress.toldMs < progressEveryMs) continue;
      progress.toldMs = nowMs;
      const known = total === undefined ? {} : { bytes_total: total };
      parts.report.emit("download.progress", { name: file.filename, bytes_done: progress.bytes, ...known });
    }
  };
}

async function keep(piece: Uint8Array, sink: Sink): Promise<void> {
  try {
    await sink.write(piece);
  } catch (error) {
    throw new SinkFailure(error);
  }
}
