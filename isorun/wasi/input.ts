/** What a guest can read from: bytes that are there, or a stream of the web. */
import { IoError, streamClosed, streamFailed } from "./stream-error.ts";
import { InputStream } from "./streams.ts";
import { Waiters } from "./wait.ts";

export type InputSource = Uint8Array | ReadableStream<Uint8Array> | InputStream;

export function inputFrom(source: InputSource): InputStream {
  if (source instanceof InputStream) return source;
  return source instanceof Uint8Array ? new BytesInput(source) : StreamInput.of(source);
}

class BytesInput extends InputStream {
  readonly isReady = true;
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.#rest = bytes;
  }

  async whenReady(): Promise<void> {}

  protected take(most: number): Uint8Array {
    if (this.#rest.length === 0) throw streamClosed();
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }
}

interface ChunkReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

/** Reads ahead one chunk, when a guest first asks. Its lock is kept: what was read ahead is nobody else's. */
class StreamInput extends InputStream {
  static readonly #known = new WeakMap<ReadableStream<Uint8Array>, StreamInput>();
  readonly #stream: ReadableStream<Uint8Array>;
  #reader: ChunkReader | undefined;
  #rest: Uint8Array = new Uint8Array();
  #end: "ended" | IoError | undefined;
  #isPulling = false;
  readonly #waiters = new Waiters();

  private constructor(stream: ReadableStream<Uint8Array>) {
    super();
    this.#stream = stream;
  }

  /** One for each stream that it could read, whoever gives it to how many. */
  static of(stream: ReadableStream<Uint8Array>): StreamInput {
    const known = StreamInput.#known.get(stream);
    if (known !== undefined && !(known.#end instanceof IoError)) return known;
    const made = new StreamInput(stream);
    StreamInput.#known.set(stream, made);
    return made;
  }

  get isReady(): boolean {
    return this.#rest.length > 0 || this.#end !== undefined;
  }

  whenReady(signal: AbortSignal): Promise<void> {
    if (this.isReady) return Promise.resolve();
    this.#readAhead();
    return this.#waiters.wait(signal);
  }

  protected take(most: number): Uint8Array {
    if (this.#rest.length > 0) {
      const taken = this.#rest.subarray(0, most);
      this.#rest = this.#rest.subarray(taken.length);
      return taken;
    }
    if (this.#end === "ended") throw streamClosed();
    if (this.#end !== undefined) throw streamFailed(this.#end);
    this.#readAhead();
    return this.#rest;
  }

  #readAhead(): void {
    if (!this.#isPulling) void this.#pull();
  }

  async #pull(): Promise<void> {
    this.#isPulling = true;
    try {
      this.#reader ??= this.#stream.getReader();
      const { done, value } = await this.#reader.read();
      if (done) this.#end = "ended";
      else this.#rest = value ?? this.#rest;
    } catch {
      // What it is about stays with the host; the guest learns that there is no more to come.
      this.#end = new IoError("the input could not be read");
    }
    this.#isPulling = false;
    this.#waiters.wake();
  }
}
