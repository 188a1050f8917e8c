/** What a guest can write to: a function, a stream of the web, or memory with an end. */
import { argumentError } from "../../core/argument-error.ts";
import { nameOf } from "../call/check-value.ts";
import { isThenable } from "../runtime/at-once.ts";
import type { Linker } from "../runtime/linker.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { IoError, streamFailed } from "./stream-error.ts";
import { OutputStream } from "./streams.ts";
import { Waiters } from "./wait.ts";

/**
 * A function is given each piece, which is its own from then on; what it throws is a trap. If it answers with a promise, it
 * is not given the next piece before that is settled, and a guest waits so long: what the promise is rejected with is the
 * trap of whoever waits or writes next. A stream of the web has been written to when it was given the bytes: a guest waits
 * only while 1 MiB of them is not taken.
 */
export type OutputTarget = ((bytes: Uint8Array) => unknown) | WritableStream<Uint8Array> | OutputStream;

/** @param whose as messages begin with @throws TypeError (`invalid-argument`) for what cannot be written to */
export function outputTo(target: OutputTarget, whose = "the output"): OutputStream {
  if (target instanceof OutputStream) return target;
  if (typeof target === "function") return new FunctionOutput(target);
  const { getWriter } = Object(target) as Partial<WritableStream<Uint8Array>>; // if it is one, of whatever realm
  if (typeof getWriter === "function") return StreamOutput.of(target);
  throw argumentError(`${whose} must be a function that takes bytes, or a WritableStream, found ${nameOf(target)}`);
}

/** Room of what always has some. */
const roomBytes = 1 << 20;

/** One promise of it is waited for at a time; what was permitted before and comes meanwhile is its next piece. */
export class FunctionOutput extends OutputStream {
  readonly #sink: (bytes: Uint8Array) => unknown;
  readonly #waiting = new ByteBuffer();
  /** Settles when no promise is waited for; never rejects. */
  #idle: Promise<void> | undefined;
  readonly #waiters = new Waiters();
  /** Of a promise: what its bytes were is unknown to who learns of it, so that nothing is written behind them. */
  #failure: { readonly error: unknown } | undefined;

  constructor(sink: (bytes: Uint8Array) => unknown) {
    super();
    this.#sink = sink;
  }

  get isReady(): boolean {
    return this.#idle === undefined;
  }

  whenReady(signal: AbortSignal): Promise<void> {
    return this.isReady ? Promise.resolve() : this.#waiters.wait(signal);
  }

  protected room(): number {
    this.#check();
    return this.isReady ? roomBytes : 0;
  }

  protected put(bytes: Uint8Array): void {
    this.#check();
    if (this.isReady) this.#give(bytes);
    else this.#waiting.append(bytes);
  }

  #give(bytes: Uint8Array): void {
    const answer = this.#sink(bytes);
    if (isThenable(answer)) this.#idle = this.#drain(answer);
  }

  async #drain(first: PromiseLike<unknown>): Promise<void> {
    try {
      await first;
      while (this.#waiting.length > 0) await this.#sink(this.#waiting.take());
    } catch (error) {
      this.#failure = { error };
    }
    this.#idle = undefined;
    this.#waiters.wake();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Waits until its promises are settled. @throws what one was rejected with */
  async finish(): Promise<void> {
    await this.#idle;
    this.#check();
  }
}

/** What one instance writes to a stream that others may share: counted against its budget. */
export class CountedOutput extends OutputStream {
  readonly #target: OutputStream;
  readonly #writeOutput: Linker["writeOutput"];

  constructor(target: OutputStream, { writeOutput }: Linker) {
    super();
    this.#target = target;
    this.#writeOutput = writeOutput;
  }

  get isReady(): boolean {
    return this.#target.isReady;
  }

  whenReady(signal: AbortSignal): Promise<void> {
    return this.#target.whenReady(signal);
  }

  override flush(): void {
    this.#target.flush();
  }

  protected room(): number {
    return OutputStream.roomOf(this.#target);
  }

  protected put(bytes: Uint8Array): void {
    this.#writeOutput(bytes, (fitting) => OutputStream.putInto(this.#target, fitting));
  }
}

/** Keeps what is written. Beyond `bytesMax` writing fails, and what was written before stays. */
export class CollectedOutput extends OutputStream {
  readonly isReady = true;
  readonly bytesMax: number;
  readonly #kept = new ByteBuffer();

  constructor({ bytesMax }: { readonly bytesMax: number }) {
    super();
    this.bytesMax = bytesMax;
  }

  /** A copy of what was written so far. */
  get bytes(): Uint8Array {
    return this.#kept.toBytes();
  }

  /** As UTF-8; what is none stands as U+FFFD. */
  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  async whenReady(): Promise<void> {}

  protected room(): number {
    const left = this.bytesMax - this.#kept.length;
    if (left <= 0) throw streamFailed(new IoError(`the output has reached its limit of ${this.bytesMax} bytes`));
    return left;
  }

  /** Others may have written since it was permitted. */
  protected put(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const fitting = bytes.subarray(0, this.room());
    this.#kept.append(fitting);
    if (fitting.length < bytes.length) this.room();
  }
}

/** One write is under way at a time; what comes meanwhile is the next one. */
export class StreamOutput extends OutputStream {
  static readonly #known = new WeakMap<WritableStream<Uint8Array>, StreamOutput>();
  readonly #stream: WritableStream<Uint8Array>;
  readonly #waiting = new ByteBuffer();
  #bytesUnderWay = 0;
  /** Settles when nothing is under way and nothing waits. */
  #idle: Promise<void> | undefined;
  readonly #waiters = new Waiters();
  #failure: { readonly cause: unknown } | undefined;

  private constructor(stream: WritableStream<Uint8Array>) {
    super();
    this.#stream = stream;
  }

  /** One for each stream, which has one writer at a time: stdout and stderr may be the same. */
  static of(stream: WritableStream<Uint8Array>): StreamOutput {
    const known = StreamOutput.#known.get(stream);
    // Somebody else may have held the lock when it failed, and hold it no more.
    if (known !== undefined && known.#failure === undefined) return known;
    const made = new StreamOutput(stream);
    StreamOutput.#known.set(stream, made);
    return made;
  }

  get isReady(): boolean {
    return this.#failure !== undefined || this.#untakenBytes < roomBytes;
  }

  whenReady(signal: AbortSignal): Promise<void> {
    return this.isReady ? Promise.resolve() : this.#waiters.wait(signal);
  }

  /** None while more waits than there should: what was permitted to one of several is taken from all. */
  protected room(): number {
    this.#check();
    return Math.max(roomBytes - this.#untakenBytes, 0);
  }

  #check(): void {
    if (this.#failure !== undefined) throw streamFailed(new IoError("the output could not be written"));
  }

  protected put(bytes: Uint8Array): void {
    this.#check();
    // Nothing to write would be over before it is under way.
    if (bytes.length === 0) return;
    this.#waiting.append(bytes);
    this.#idle ??= this.#drain();
  }

  get #untakenBytes(): number {
    return this.#waiting.length + this.#bytesUnderWay;
  }

  async #drain(): Promise<void> {
    try {
      const writer = this.#stream.getWriter();
      try {
        while (this.#waiting.length > 0) {
          const bytes = this.#waiting.take();
          this.#bytesUnderWay = bytes.length;
          await writer.write(bytes);
          this.#bytesUnderWay = 0;
          this.#waiters.wake();
        }
      } finally {
        writer.releaseLock();
      }
    } catch (cause) {
      this.#failure ??= { cause };
    }
    this.#bytesUnderWay = 0;
    this.#idle = undefined;
    this.#waiters.wake();
  }

  /** Waits until all was taken. @throws what the stream failed with */
  async finish(): Promise<void> {
    await this.#idle;
    if (this.#failure !== undefined) throw this.#failure.cause;
  }
}
