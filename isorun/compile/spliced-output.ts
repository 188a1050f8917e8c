/** Writes a changed copy of bytes: what is not changed is copied in spans, which is most of it. */
import { ByteWriter } from "./byte-writer.ts";

/** What may be written between two calls that reserve: a header of a function, a loop's beginning. */
const slack = 128;

export class SplicedOutput extends ByteWriter {
  readonly #source: Uint8Array;
  /** What stands before is written, or left out. */
  #copied = 0;

  constructor(source: Uint8Array, capacity: number) {
    super(capacity);
    this.#source = source;
  }

  /** Nothing was written: the copy would be the source. */
  get isUntouched(): boolean {
    return this.length === 0 && this.#copied === 0;
  }

  /** Goes on with the source at `offset`, and writes nothing of what stands before. */
  skipTo(offset: number): void {
    this.#copied = offset;
  }

  /** Writes the source up to `offset`, and leaves room behind. */
  copyTo(offset: number): void {
    this.reserve(offset - this.#copied + slack);
    this.appendSpan(this.#source, this.#copied, offset);
    this.#copied = offset;
  }
}
