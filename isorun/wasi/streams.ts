/**
 * What stands behind `input-stream` and `output-stream` of wasi:io: a system component makes a subclass for each thing
 * that can be read or written, and hands its objects out as these resources.
 */
import { TrapError } from "../errors/errors.ts";
import { isStreamFailure, streamClosed } from "./stream-error.ts";
import { type Later, type Pollable, whenAnyReady } from "./wait.ts";

/** What one call moves at most: a guest names lengths up to 2⁶⁴. */
const chunkBytesMax = 1 << 20;

/** Of the operations that write and flush in one (wasi:io/streams). */
const flushedBytesMax = 4096;

const atMost = (length: bigint, most = chunkBytesMax): number => (length < BigInt(most) ? Number(length) : most);

/** What failed once is closed from then on (wasi:io/streams, `stream-error`). */
class Closing {
  #isClosed = false;

  /** @throws ComponentError */
  attempt<T>(run: () => T): T {
    if (this.#isClosed) throw streamClosed();
    try {
      return run();
    } catch (error) {
      this.#isClosed = isStreamFailure(error);
      throw error;
    }
  }
}

/** What a guest reads from. */
export abstract class InputStream implements Pollable {
  readonly #closing = new Closing();

  /** Whether `take` answers with bytes, or throws. */
  abstract readonly isReady: boolean;
  abstract whenReady(signal: AbortSignal): Promise<void>;

  /** At most so many bytes; none only if there are none yet. @throws ComponentError (stream-error.ts) */
  protected abstract take(most: number): Uint8Array;

  /** For streams that stand in front of another one. @throws ComponentError */
  protected static takeFrom(stream: InputStream, most: number): Uint8Array {
    return stream.take(most);
  }

  /** A handle of it was dropped, of which there may be others. */
  [Symbol.dispose](): void {}

  read(length: bigint): Uint8Array {
    return this.#closing.attempt(() => this.take(atMost(length)));
  }

  blockingRead(length: bigint): Later<Uint8Array> {
    return whenAnyReady([this], () => this.read(length));
  }

  skip(length: bigint): bigint {
    return BigInt(this.read(length).length);
  }

  blockingSkip(length: bigint): Later<bigint> {
    return whenAnyReady([this], () => this.skip(length));
  }
}

/** What a guest writes to. */
export abstract class OutputStream implements Pollable {
  /** Whether `room` is not 0, or throws. */
  abstract readonly isReady: boolean;
  abstract whenReady(signal: AbortSignal): Promise<void>;

  /** How many bytes can be written now. @throws ComponentError (stream-error.ts) */
  protected abstract room(): number;

  /** Takes bytes, of which there are no more than there is room. They are the stream's own. @throws ComponentError */
  protected abstract put(bytes: Uint8Array): void;

  /** Begins to hand on what was written: the stream is ready again when that is done. @throws ComponentError */
  flush(): void {}

  /** For streams that stand in front of another one. @throws ComponentError */
  protected static roomOf(stream: OutputStream): number {
    return stream.room();
  }

  /** @throws ComponentError */
  protected static putInto(stream: OutputStream, bytes: Uint8Array): void {
    stream.put(bytes);
  }

  /** A handle of it was dropped, of which there may be others. */
  [Symbol.dispose](): void {}

  readonly #closing = new Closing();
  /** What `checkWrite` has allowed and `write` has not used. */
  #permit = 0;

  checkWrite(): bigint {
    this.#permit = this.#roomNow;
    return BigInt(this.#permit);
  }

  /** Room may be less than none, where several were permitted the same. */
  get #roomNow(): number {
    return this.#closing.attempt(() => Math.max(0, Math.min(this.room(), chunkBytesMax)));
  }

  /** Whatever is written uses up what was permitted: there is less room. */
  #give(bytes: Uint8Array): void {
    this.#permit = Math.max(0, this.#permit - bytes.length);
    this.#closing.attempt(() => this.put(bytes));
  }

  /** @throws TrapError for more than was permitted, ComponentError */
  write(bytes: Uint8Array): void {
    this.#checkPermit(BigInt(bytes.length));
    this.#give(bytes);
  }

  /** @throws TrapError for more than was permitted, ComponentError */
  writeZeroes(length: bigint): void {
    this.#checkPermit(length);
    this.#give(new Uint8Array(Number(length)));
  }

  #checkPermit(length: bigint): void {
    if (length <= BigInt(this.#permit)) return;
    throw new TrapError(`cannot write ${length} bytes: 'check-write' permitted ${this.#permit}`);
  }

  /** @throws TrapError for more than 4096 bytes */
  blockingWriteAndFlush(bytes: Uint8Array): Later<void> {
    checkFlushed(BigInt(bytes.length));
    return this.#writeAll(bytes);
  }

  /** @throws TrapError for more than 4096 bytes */
  blockingWriteZeroesAndFlush(length: bigint): Later<void> {
    checkFlushed(length);
    return this.#writeAll(new Uint8Array(Number(length)));
  }

  #writeAll(bytes: Uint8Array): Later<void> {
    return whenAnyReady([this], () => {
      const part = bytes.subarray(0, this.#roomNow);
      if (part.length > 0) this.#give(part);
      return part.length < bytes.length ? this.#writeAll(bytes.subarray(part.length)) : this.blockingFlush();
    });
  }

  blockingFlush(): Later<void> {
    this.flush();
    return whenAnyReady([this], () => {
      // Tells what went wrong meanwhile.
      void this.#roomNow;
    });
  }

  splice(source: InputStream, length: bigint): bigint {
    // What is read may be a part of what the host gave, and what is written belongs to who takes it.
    const bytes = source.read(BigInt(atMost(length, this.#roomNow))).slice();
    if (bytes.length > 0) this.#give(bytes);
    return BigInt(bytes.length);
  }

  blockingSplice(source: InputStream, length: bigint): Later<bigint> {
    if (this.isReady && source.isReady) return this.splice(source, length);
    // While one is waited for, others that share it may use up the other one.
    return whenAnyReady([this.isReady ? source : this], () => this.blockingSplice(source, length));
  }
}

function checkFlushed(length: bigint): void {
  if (length <= flushedBytesMax) return;
  throw new TrapError(`cannot write and flush ${length} bytes in one call: ${flushedBytesMax} is the most`);
}
