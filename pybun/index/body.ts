/** The body of an answer: read once, under a ceiling of bytes, an idle timeout and a lowest rate (watchdog.ts). */
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import { CodingFailure, type ContentCoding, contentCodingOf, decodeBody, decodeStream } from "./content-coding.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import { plainError } from "./plain-error.ts";
import type { BodyWatch, Expiry, Watchdog } from "./watchdog.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface Body {
  /** `Content-Length`, unless the bytes come compressed and the length is of another thing. */
  readonly announced: number | undefined;
  /** Everything; `E_INDEX_TOO_LARGE` beyond `bytesMax`, `E_INDEX_TRUNCATED` when less than announced came. */
  readonly all: (bytesMax: number) => Promise<Uint8Array>;
  /** Piece by piece, with the same checks. Returning early ends the transfer. */
  readonly pieces: (bytesMax: number) => AsyncGenerator<Uint8Array, void, void>;
}

export interface BodyLimits {
  /** Redacted. */
  readonly url: string;
  /** The longest silence between two pieces. */
  readonly timeoutMs: number;
  readonly watchdog: Watchdog;
  /** Of the client: what one body shows holds for the next. */
  readonly link: Link;
  /** Ends the transfer. */
  readonly abort: () => void;
}

export interface Link {
  /** A body that was read in one go took too long: from then on all are read piece by piece. */
  isSlow: boolean;
}

/**
 * A body that is read in one go cannot be seen coming: it must have this rate, on average, besides the timeout. One that
 * has not is asked for again, and may then take its time.
 */
const bytesPerMsInOneGo = 32;
/** Larger bodies are read piece by piece, where silence shows at once. */
const oneGoBytesMax = 16 * 1024 * 1024;

export function openBody(response: Response, limits: BodyLimits): Body {
  const sent = announcedBytes(response.headers);
  const coding = contentCodingOf(response.headers);
  if (coding !== undefined) return openCodedBody(response, { ...limits, sent, coding });
  return {
    announced: sent,
    pieces: (bytesMax) => readPieces(response.body, { ...limits, bytesMax, announced: sent }),
    all: (bytesMax) => readAll(response, { ...limits, bytesMax, announced: sent }),
  };
}

interface CodedLimits extends BodyLimits {
  /** `Content-Length`: that of the compressed bytes. */
  readonly sent: number | undefined;
  readonly coding: ContentCoding;
}

function openCodedBody(response: Response, { sent, coding, ...limits }: CodedLimits): Body {
  async function* pieces(bytesMax: number): AsyncGenerator<Uint8Array, void, void> {
    const decoded = response.body === null ? null : decodeStream(response.body, coding);
    try {
      yield* readPieces(decoded, { ...limits, bytesMax, announced: undefined });
    } catch (error) {
      throw error instanceof Problem || isClosed(error) ? error : new CodingFailure(error);
    }
  }
  return {
    announced: undefined,
    pieces,
    async all(bytesMax) {
      // The engine takes zstandard that is cut off for whole where it decodes it in one go.
      if (coding === "zstd") return joinPieces(pieces(bytesMax));
      const bytes = await readAll(response, { ...limits, bytesMax, announced: sent });
      const decoded = await decodeBody(bytes, { coding, bytesMax });
      if (decoded === undefined) throw problem("E_INDEX_TOO_LARGE", { url: limits.url, bytesMax });
      return decoded;
    },
  };
}

/** The bytes as they are sent. */
async function readAll(response: Response, reading: Reading): Promise<Uint8Array> {
  const { announced, bytesMax } = reading;
  if (announced !== undefined && announced <= Math.min(bytesMax, oneGoBytesMax) && !reading.link.isSlow)
    return readInOneGo(response, { ...reading, announced });
  return joinPieces(readPieces(response.body, reading));
}

async function joinPieces(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

/** The engine puts the pieces together without waking us for each: half of the cost of a page of a megabyte. */
async function readInOneGo(response: Response, reading: Reading & { announced: number }): Promise<Uint8Array> {
  const { url, announced } = reading;
  const idle = watchBody(reading, () => {
    reading.link.isSlow = true;
  });
  // Nothing is seen of it until it is there: its time is counted as a whole, and not by what came.
  idle.hold(0);
  idle.touch(announced / bytesPerMsInOneGo);
  try {
    const bytes = await idle.orExpiry(response.bytes()).catch((error: unknown) => {
      throw isClosed(error)
        ? problem("E_INDEX_TRUNCATED", { url, bytesExpected: announced }, { cause: plainError(error) })
        : error;
    });
    if (bytes.length < announced)
      throw problem("E_INDEX_TRUNCATED", { url, bytes: bytes.length, bytesExpected: announced });
    return bytes;
  } finally {
    idle.stop();
  }
}

function announcedBytes(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  return length === null || !/^\d+$/.test(length) ? undefined : Number(length);
}

interface Reading extends BodyLimits {
  readonly bytesMax: number;
  readonly announced: number | undefined;
}

async function* readPieces(body: Response["body"], reading: Reading): AsyncGenerator<Uint8Array, void, void> {
  const { url, bytesMax, announced } = reading;
  const tooLarge = problem("E_INDEX_TOO_LARGE", { url, bytesMax });
  if (announced !== undefined && announced > bytesMax) throw tooLarge;
  let bytes = 0;
  if (body !== null) {
    const reader = body.getReader();
    const idle = watchBody(reading);
    try {
      for (;;) {
        const { done, value } = await idle.orExpiry(reader.read()).catch((error: unknown) => {
          if (announced === undefined || !isClosed(error)) throw error;
          throw problem("E_INDEX_TRUNCATED", { url, bytes, bytesExpected: announced }, { cause: plainError(error) });
        });
        if (done) break;
        bytes += value.length;
        if (bytes > bytesMax) throw tooLarge;
        idle.hold(value.length);
        yield value;
        idle.resume();
      }
    } finally {
      idle.stop();
      if (bytes !== announced) reading.abort();
    }
  }
  if (announced !== undefined && bytes < announced)
    throw problem("E_INDEX_TRUNCATED", { url, bytes, bytesExpected: announced });
}

/** The other side has ended the connection: what was announced will not come any more. */
function isClosed(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ECONNRESET" || error.code === "ConnectionClosed";
}

interface ExpiringWatch extends BodyWatch {
  /**
   * What `work` comes to, or the time-out. `Promise.race` with one promise of expiry would keep every piece of the body
   * until its end: that promise holds each race, and a race holds what it came to.
   */
  readonly orExpiry: <T>(work: Promise<T>) => Promise<T>;
}

function watchBody({ url, timeoutMs, watchdog, abort }: Reading, expired: () => void = () => undefined): ExpiringWatch {
  let failure: Error | undefined;
  let giveUp: ((failure: Error) => void) | undefined;
  const phaseOf = { silent: "idle", slow: "slow" } as const;
  const watch = watchdog.watchBody((why: Expiry) => {
    expired();
    failure = problem("E_INDEX_TIMEOUT", {
      url,
      phase: phaseOf[why],
      timeoutMs: why === "slow" ? watchdog.graceMs : timeoutMs,
    });
    giveUp?.(failure);
    abort();
  });
  const orExpiry = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      giveUp = reject;
      work.then(resolve, reject);
      if (failure !== undefined) reject(failure);
    });
  return { ...watch, orExpiry };
}
