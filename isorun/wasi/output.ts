/** What a guest can write to: a function, a stream of the web, or memory with an end. */
import { IoError, streamFailed } from "./stream-error.ts";
import { OutputStream } from "./streams.ts";

/**
 * A function is given each piece, which is its own from then on; what it throws is a trap. A stream of the web has been
 * written to when it was given the bytes: a guest waits only while 1 MiB of them is not taken.
 */
export type OutputTarget = ((bytes: Uint8Array) => void) | WritableStream<Uint8Array> | OutputStream;

export function outputTo(target: OutputTarget): OutputStream {
  if (target instanceof OutputStream) return target;
  return typeof target === "function" ? new FunctionOutput(target) : new StreamOutput(target);
}

/** Room of what always has some. */
const roomBytes = 1 << 20;

class FunctionOutput extends OutputStream {
  readonly isReady = true;
  readonly #sink: (bytes: Uint8Array) => void;

  constructor(sink: (bytes: Uint8Array) => void) {
    super();
    this.#sink = sink;
  }

  async whenReady(): Promise<void> {}

  protected room(): number {
    return roomBytes;
  }

  protected put(bytes: Uint8Array): void {
    this.#sink(bytes);
  }
}

/** Keeps what is written. Beyond `bytesMax` writing fails, and what was written before stays. */
export class CollectedOutput extends OutputStream {
  readonly isReady = true;
  readonly bytesMax: number;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor({ bytesMax }: { readonly bytesMax: number }) {
    super();
    this.bytesMax = bytesMax;
  }

  get bytes(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  /** As UTF-8; what is none stands as U+FFFD. */
  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  async whenReady(): Promise<void> {}

  protected room(): number {
    const left = this.bytesMax - this.#length;
    if (left <= 0) throw streamFailed(new IoError(`the output has reached its limit of ${this.bytesMax} bytes`));
    return left;
  }

  protected put(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }
}

export class StreamOutput extends OutputStream {
  readonly #stream: WritableStream<Uint8Array>;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #waitingBytes = 0;
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly cause: unknown } | undefined;

  constructor(stream: WritableStream<Uint8Array>) {
    super();
    this.#stream = stream;
  }

  get isReady(): boolean {
    return this.#failure !== undefined || this.#waitingBytes < roomBytes;
  }

  /** Writes end in order: the last one settles when all have. */
  whenReady(): Promise<void> {
    return this.#last;
  }

  protected room(): number {
    if (this.#failure !== undefined) throw streamFailed(new IoError("the output could not be written"));
    return roomBytes - this.#waitingBytes;
  }

  protected put(bytes: Uint8Array): void {
    this.#writer ??= this.#stream.getWriter();
    this.#waitingBytes += bytes.length;
    this.#last = this.#written(this.#writer.write(bytes), bytes.length);
  }

  async #written(write: Promise<void>, length: number): Promise<void> {
    try {
      await write;
    } catch (cause) {
      this.#failure ??= { cause };
    }
    this.#waitingBytes -= length;
  }

  /** Waits until all was taken, and lets go of the stream. @throws what the stream failed with */
  async finish(): Promise<void> {
    await this.#last;
    this.#writer?.releaseLock();
    this.#writer = undefined;
    if (this.#failure !== undefined) throw this.#failure.cause;
  }
}
