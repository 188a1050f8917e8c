/** Bytes that grow: what the passes of this folder write modules into. */

/** Up to this length a loop is faster than a call of the engine. */
export const shortSpan = 96;

export class ByteWriter {
  bytes: Uint8Array;
  /** Where the next byte goes. */
  length = 0;
  /** The length of `bytes`, which interpreters read slowly from an array. */
  #capacity: number;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
    this.#capacity = capacity;
  }

  /** Room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#capacity) return;
    this.#capacity = Math.max(needed, this.#capacity * 2);
    const grown = new Uint8Array(this.#capacity);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    const { length } = this;
    if (length >= this.#capacity) this.reserve(1);
    this.bytes[length] = value;
    this.length = length + 1;
  }

  append(values: ArrayLike<number>): void {
    const count = values.length;
    this.reserve(count);
    const { bytes, length } = this;
    if (count > shortSpan) bytes.set(values, length);
    else for (let index = 0; index < count; index += 1) bytes[length + index] = values[index] ?? 0;
    this.length = length + count;
  }

  /** The part of `source` from `start` to `end`. */
  appendSpan(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    const { bytes, length } = this;
    if (count > shortSpan) bytes.set(source.subarray(start, end), length);
    else for (let index = 0; index < count; index += 1) bytes[length + index] = source[start + index] ?? 0;
    this.length = length + count;
  }

  /** An unsigned LEB128 of a number below 2^53. */
  unsigned(value: number): void {
    if (value < 0x80) this.byte(value);
    else this.#longUnsigned(value);
  }

  #longUnsigned(value: number): void {
    this.reserve(8);
    const { bytes } = this;
    let { length } = this;
    let rest = value;
    for (; rest >= 2 ** 31; rest = Math.floor(rest / 0x80)) {
      bytes[length] = (rest % 0x80) | 0x80;
      length += 1;
    }
    while (rest >= 0x80) {
      bytes[length] = (rest & 0x7f) | 0x80;
      length += 1;
      rest >>>= 7;
    }
    bytes[length] = rest;
    this.length = length + 1;
  }

  /** A signed LEB128 of a number from 0 to 2^53. */
  natural(value: number): void {
    let rest = value;
    while (rest >= 0x40) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** A length in front of bytes. */
  sized(values: Uint8Array): void {
    this.unsigned(values.length);
    this.append(values);
  }

  taken(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/** A signed LEB128 of `width` bytes for a number from 0 on, padded, so that it can be written over later. */
export function writePadded(bytes: Uint8Array, at: number, { value, width }: { value: number; width: number }): void {
  let rest = value;
  for (let index = 0; index < width - 1; index += 1) {
    bytes[at + index] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  // Its highest bit would be a sign: the code would be given what it has to pay.
  if (rest >= 0x40) throw new Error(`${value} must have room in ${width} bytes`);
  bytes[at + width - 1] = rest;
}
