/** Standard input as a program reads it: what is there, waiting for it in the middle of the call if it must. */
import { readSync } from "node:fs";
import { IoError, streamClosed, streamFailed } from "../wasi/stream-error.ts";
import { InputStream } from "../wasi/streams.ts";

/**
 * Reads when it is asked, and blocks until something is there: a program that reads has nothing else to do, and a call
 * that is not suspended needs no engine that can.
 */
export class DescriptorInput extends InputStream {
  readonly isReady = true;
  readonly #descriptor: number;

  constructor(descriptor: number) {
    super();
    this.#descriptor = descriptor;
  }

  async whenReady(): Promise<void> {}

  protected take(most: number): Uint8Array {
    if (most === 0) return new Uint8Array();
    const bytes = new Uint8Array(Math.min(most, 65_536));
    const count = this.#read(bytes);
    if (count === 0) throw streamClosed();
    return bytes.subarray(0, count);
  }

  #read(bytes: Uint8Array): number {
    for (;;) {
      try {
        return readSync(this.#descriptor, bytes);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (code === "EOF" || code === "EBADF") return 0;
        if (code !== "EAGAIN") throw streamFailed(new IoError("standard input could not be read"));
        // Another process made the pipe non-blocking: what a blocking one would have done.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  }
}
