/** Streams of files: always ready, because disks are waited for. Each has its own place in the file, or its end. */
import { streamClosed } from "../stream-error.ts";
import { InputStream, OutputStream } from "../streams.ts";
import { attemptOnStream } from "./error-code.ts";
import { readAt, writeAll } from "./file-bytes.ts";
import type { OpenFile } from "./open-file.ts";

export class FileInput extends InputStream {
  readonly isReady = true;
  readonly #file: OpenFile;
  #offset: bigint;
  #isDropped = false;

  /** The stream releases the file when it is dropped. */
  constructor(file: OpenFile, offset: bigint) {
    super();
    this.#file = file;
    this.#offset = offset;
  }

  async whenReady(): Promise<void> {}

  protected take(most: number): Uint8Array {
    if (most === 0) return new Uint8Array();
    const bytes = attemptOnStream(() => readAt(this.#file.fd, BigInt(most), this.#offset));
    if (bytes.length === 0) throw streamClosed();
    this.#offset += BigInt(bytes.length);
    return bytes;
  }

  override [Symbol.dispose](): void {
    if (!this.#isDropped) this.#file.release();
    this.#isDropped = true;
  }
}

/** What one call takes at most. */
const roomBytes = 1 << 20;

export class FileOutput extends OutputStream {
  readonly isReady = true;
  readonly #file: OpenFile;
  #offset: bigint | undefined;
  #isDropped = false;

  /** @param offset undefined where the file is open for appending */
  constructor(file: OpenFile, offset: bigint | undefined) {
    super();
    this.#file = file;
    this.#offset = offset;
  }

  async whenReady(): Promise<void> {}

  protected room(): number {
    return roomBytes;
  }

  protected put(bytes: Uint8Array): void {
    attemptOnStream(() => writeAll(this.#file.fd, bytes, this.#offset));
    if (this.#offset !== undefined) this.#offset += BigInt(bytes.length);
  }

  override [Symbol.dispose](): void {
    if (!this.#isDropped) this.#file.release();
    this.#isDropped = true;
  }
}
