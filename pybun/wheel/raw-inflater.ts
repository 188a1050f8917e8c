/**
 * Raw deflate streams (RFC 1951) in, pieces of their data out: one zlib engine and one output buffer for all of them.
 *
 * It stands on the handle that `node:zlib` keeps below its streams, because no public function takes an output buffer or
 * keeps an engine: they build a stream object and touch new memory for each file. For an installation of ten thousand
 * files that was a tenth of its processor time, and a third of its memory at the peak. And hash, CRC and disk get each
 * piece while it is still in the processor's cache.
 */
import { constants, createInflateRaw } from "node:zlib";
import { assert } from "@vivarium/core/assert";

/** The part of the handle that is used here; the same in Node, where `inflateRawSync` is made of it. */
interface Handle {
  readonly reset: () => void;
  readonly writeSync: (
    flush: number,
    input: Uint8Array,
    inputFrom: number,
    inputLength: number,
    output: Uint8Array,
    outputFrom: number,
    outputLength: number,
  ) => void;
  onerror: (message: string, errno: number, code: string) => void;
}

interface Engine {
  readonly _handle: Handle;
  /** After each write: how much room of the output, and how much of the input, is left. */
  readonly _writeState: Uint32Array;
}

/** What zlib said: `Z_DATA_ERROR` for a malformed stream, `Z_BUF_ERROR` for one that ends early. */
export class InflateError extends Error {
  override readonly name = "InflateError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface InflateRequest {
  /** The compressed bytes, in pieces. A piece may be overwritten once the next one was asked for. */
  readonly input: Iterable<Uint8Array>;
  /** Of all of the input, in bytes. */
  readonly inputBytes: number;
  /** Gets the data in pieces that are valid during the call only. What it throws ends the work. */
  readonly take: (piece: Uint8Array) => void;
}

/** Inflates one stream. Returns how many bytes of the input it had. @throws InflateError */
export type RawInflater = (request: InflateRequest) => number;

/** Fits into the second-level cache of the processors that we know. */
export const pieceBytes = 256 * 1024;

export function openRawInflater(): RawInflater {
  // @types/node shows the stream only.
  const { _handle: handle, _writeState: state } = createInflateRaw() as unknown as Engine;
  const output = Buffer.allocUnsafeSlow(pieceBytes);
  let failure: InflateError | undefined;
  let isBusy = false;
  handle.onerror = (message, _errno, code) => {
    failure = new InflateError(code, message);
  };

  /** Inflates from one piece of input; returns how much of it is left, which is nothing unless the stream ended. */
  function pour(piece: Uint8Array, flush: number, take: (piece: Uint8Array) => void): number {
    let inputLeft = piece.length;
    for (;;) {
      handle.writeSync(flush, piece, piece.length - inputLeft, inputLeft, output, 0, output.length);
      if (failure !== undefined) throw failure;
      const outputLeft = state[0] ?? 0;
      inputLeft = state[1] ?? 0;
      if (outputLeft < output.length) take(output.subarray(0, output.length - outputLeft));
      // A full buffer may hide that there is more; one that is not full means that the input or the stream has ended.
      if (outputLeft > 0) return inputLeft;
    }
  }

  return ({ input, inputBytes, take }) => {
    assert(!isBusy, "one stream is inflated at a time");
    isBusy = true;
    failure = undefined;
    try {
      handle.reset();
      let used = 0;
      for (const piece of input) {
        const isLast = used + piece.length === inputBytes;
        const left = pour(piece, isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH, take);
        used += piece.length - left;
        if (left > 0) break;
      }
      return used;
    } finally {
      isBusy = false;
    }
  };
}
