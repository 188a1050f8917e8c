/** What a guest can read from: bytes that are there, or those that come: a stream of the web, or another iterable of them. */
import { argumentError } from "../../core/argument-error.ts";
import { nameOf } from "../call/check-value.ts";
import { IoError, streamClosed, streamFailed } from "./stream-error.ts";
import { InputStream } from "./streams.ts";
import { Waiters } from "./wait.ts";

/** Streams of Node (`process.stdin`) and async generators are such iterables. */
export type InputSource = Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | InputStream;

/** @throws TypeError (`invalid-argument`) for what cannot be read, and for a stream that somebody else reads */
export function inputFrom(source: InputSource): InputStream {
  if (source instanceof InputStream) return source;
  return source instanceof Uint8Array ? new BytesInput(source) : StreamInput.of(source);
}

const wanted = "'stdin' must be bytes (a Uint8Array), a ReadableStream of them, or an async iterable of them";

/** How it begins to be read. @throws TypeError (`invalid-argument`) */
function openingOf(source: unknown): () => ChunkReader {
  if (typeof source !== "object" || source === null) throw argumentError(`${wanted}, found ${nameOf(source)}`);
  const { getReader } = source as Partial<ReadableStream<Uint8Array>>; // if it is one, of whatever realm
  if (typeof getReader === "function") {
    const stream = source as ReadableStream<Uint8Array>; // it has the way of one
    if (stream.locked) throw argumentError("'stdin' is a ReadableStream that somebody else reads: it is locked");
    return () => stream.getReader();
  }
  const iterable = source as AsyncIterable<Uint8Array>; // if it has the way of one
  if (typeof iterable[Symbol.asyncIterator] !== "function") throw argumentError(`${wanted}, found ${nameOf(source)}`);
  return () => {
    const iterator = iterable[Symbol.asyncIterator]();
    return { read: () => iterator.next() };
  };
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

/** What one instance reads of a stream that others may share: what failed is told to each of them, before it is closed. */
export class SharedInput extends InputStream {
  readonly #source: InputStream;

  constructor(source: InputStream) {
    super();
    this.#source = source;
  }

  get isReady(): boolean {
    return this.#source.isReady;
  }

  whenReady(signal: AbortSignal): Promise<void> {
    return this.#source.whenReady(signal);
  }

  protected take(most: number): Uint8Array {
    return InputStream.takeFrom(this.#source, most);
  }
}

interface ChunkReader {
  read(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
}

/** Reads ahead one chunk, when a guest first asks. Its lock is kept: what was read ahead is nobody else's. */
class StreamInput extends InputStream {
  static readonly #known = new WeakMap<object, StreamInput>();
  readonly #open: () => ChunkReader;
  #reader: ChunkReader | undefined;
  #rest: Uint8Array = new Uint8Array();
  /** An error of another kind is the host's mistake, and a trap. */
  #end: "ended" | IoError | TypeError | undefined;
  #isPulling = false;
  readonly #waiters = new Waiters();

  private constructor(open: () => ChunkReader) {
    super();
    this.#open = open;
  }

  /** One for each stream that it could read, whoever gives it to how many. @throws TypeError (`invalid-argument`) */
  static of(source: Exclude<InputSource, Uint8Array | InputStream>): StreamInput {
    const isObject = typeof source === "object" && source !== null;
    const known = isObject ? StreamInput.#known.get(source) : undefined;
    // The lock is its own.
    if (known !== undefined && known.#reader !== undefined) return known;
    const open = openingOf(source);
    if (known !== undefined && known.#end === undefined) return known;
    const made = new StreamInput(open);
    StreamInput.#known.set(source, made);
    return made;
  }

  get isReady(): boolean {
    return this.#rest.length > 0 || this.#end !== undefined;
  }

  whenReady(signal: AbortSignal): Promise<void> {
    if (!this.isReady) this.#readAhead();
    // What cannot be read says so at once.
    return this.isReady ? Promise.resolve() : this.#waiters.wait(signal);
  }

  protected take(most: number): Uint8Array {
    if (this.#rest.length > 0) {
      const taken = this.#rest.subarray(0, most);
      this.#rest = this.#rest.subarray(taken.length);
      return taken;
    }
    if (this.#end === "ended") throw streamClosed();
    if (this.#end instanceof IoError) throw streamFailed(this.#end);
    if (this.#end !== undefined) throw this.#end;
    this.#readAhead();
    return this.#rest;
  }

  #readAhead(): void {
    if (!this.#isPulling) void this.#pull();
  }

  async #pull(): Promise<void> {
    this.#isPulling = true;
    try {
      this.#reader ??= this.#open();
      const { done, value } = await this.#reader.read();
      if (done === true) this.#end = "ended";
      else if (value instanceof Uint8Array) this.#rest = value;
      else this.#end = argumentError(`'stdin' must give bytes (a Uint8Array), found ${nameOf(value)}`);
    } catch {
      // What it is about stays with the host; the guest learns that there is no more to come.
      this.#end = new IoError("the input could not be read");
    }
    this.#isPulling = false;
    this.#waiters.wake();
  }
}
