/**
 * A cursor over the bytes of one section or component. Reads what the core specification's binary format is made of
 * (WebAssembly 3.0, 5.2 Values), refuses what is not the shortest allowed form of it, and never reads past its end.
 */
import { DecodeError } from "../errors/errors.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class ByteReader {
  readonly bytes: Uint8Array;
  /** The next byte, counted from the start of `bytes`. */
  offset: number;
  readonly end: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.offset >= this.end;
  }

  fail(message: string, offset = this.offset): never {
    throw new DecodeError(message, offset);
  }

  peek(): number | undefined {
    return this.offset < this.end ? this.bytes[this.offset] : undefined;
  }

  byte(): number {
    const value = this.offset < this.end ? this.bytes[this.offset] : undefined;
    if (value === undefined) this.fail("unexpected end-of-file");
    this.offset += 1;
    return value;
  }

  /** The byte before the cursor is none of those that may begin `production`. */
  failLeadingByte(production: string): never {
    const offset = this.offset - 1;
    const value = this.bytes[offset] ?? 0;
    this.fail(`invalid leading byte (0x${value.toString(16)}) for ${production}`, offset);
  }

  /** An unsigned LEB128 of at most 32 bits. */
  u32(): number {
    const first = this.byte();
    return first < 0x80 ? first : this.#longU32(first & 0x7f);
  }

  #longU32(first: number): number {
    let value = first;
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) {
        this.fail(byte > 0x7f ? "integer representation too long" : "integer too large", this.offset - 1);
      }
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    return this.fail("integer representation too long");
  }

  /** An unsigned LEB128 of at most 64 bits, as a number: limits of 64-bit memories are rounded beyond 2^53. */
  u64(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      if (shift === 63 && byte > 0x01) {
        this.fail(byte > 0x7f ? "integer representation too long" : "integer too large", this.offset - 1);
      }
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.fail("integer representation too long");
  }

  /** A signed LEB128 of 33 bits: indices of types are its numbers from 0 on, codes of types those below. */
  s33(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28) {
        if (byte >= 0x80) this.fail("integer representation too long", this.offset - 1);
        const sign = byte & 0x70;
        if (sign !== 0 && sign !== 0x70) this.fail("integer too large", this.offset - 1);
      }
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - 2 ** (shift + 7);
    }
    return this.fail("integer representation too long");
  }

  /** The next `length` bytes, without a copy. */
  take(length: number): Uint8Array {
    const start = this.offset;
    if (length > this.end - start) this.fail("unexpected end-of-file", this.end);
    this.offset = start + length;
    return this.bytes.subarray(start, start + length);
  }

  /** Passes over the next `length` bytes. */
  skip(length: number): void {
    if (length > this.end - this.offset) this.fail("unexpected end-of-file", this.end);
    this.offset += length;
  }

  /** A reader of the next `length` bytes, which are behind this one's cursor then. */
  section(length: number): ByteReader {
    const start = this.offset;
    if (length > this.end - start) this.fail("unexpected end-of-file", this.end);
    this.offset = start + length;
    return new ByteReader(this.bytes, start, start + length);
  }

  /** A name: a length in bytes and UTF-8. */
  name(): string {
    const length = this.u32();
    const start = this.offset;
    const bytes = this.take(length);
    try {
      return utf8.decode(bytes);
    } catch {
      // The only reason that a fatal decoder has.
      return this.fail("malformed UTF-8 encoding", start);
    }
  }

  /** A count and as many items. A count that the bytes cannot hold fails at their end, before anything is reserved. */
  list<T>(item: (reader: this) => T): T[] {
    const count = this.u32();
    const items: T[] = [];
    for (let index = 0; index < count; index += 1) items.push(item(this));
    return items;
  }

  /** `<T>?` of the component binary format. */
  optional<T>(item: (reader: this) => T, production: string): T | undefined {
    const tag = this.byte();
    if (tag === 0) return undefined;
    return tag === 1 ? item(this) : this.failLeadingByte(production);
  }

  boolean(): boolean {
    const value = this.byte();
    if (value > 1) this.fail("invalid boolean value", this.offset - 1);
    return value === 1;
  }
}
