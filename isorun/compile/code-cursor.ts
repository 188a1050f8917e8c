/** Reads a function's body and writes it changed. Reads without bounds: who uses it looks at the end where bodies end. */
import { DecodeError, UnsupportedError, ValidationError } from "../errors/errors.ts";
import type { IndexShift } from "./index-shift.ts";
import { SplicedOutput } from "./spliced-output.ts";

/** Whether a block type that begins so is the index of a function type: others are one result, or nothing. */
export const isTypeIndex = (code: number): boolean => code < 0x40 || code >= 0x80;

export class CodeCursor {
  readonly bytes: Uint8Array;
  readonly output: SplicedOutput;
  at = 0;

  constructor(bytes: Uint8Array, capacity: number) {
    this.bytes = bytes;
    this.output = new SplicedOutput(bytes, capacity);
  }

  fail(message: string, offset = this.at): never {
    throw new DecodeError(message, offset);
  }

  invalid(message: string, offset: number): never {
    throw new ValidationError(message, offset);
  }

  unsupported(what: string): never {
    throw new UnsupportedError(what);
  }

  byte(): number {
    const value = this.bytes[this.at] ?? 0;
    this.at += 1;
    return value;
  }

  skipLeb(): void {
    const { bytes } = this;
    let { at } = this;
    while ((bytes[at] ?? 0) >= 0x80) at += 1;
    this.at = at + 1;
  }

  u32(): number {
    const first = this.bytes[this.at] ?? 0;
    this.at += 1;
    return first < 0x80 ? first : this.#longU32(first & 0x7f);
  }

  #longU32(first: number): number {
    const { bytes } = this;
    let { at } = this;
    let value = first;
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = bytes[at] ?? 0;
      at += 1;
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.at = at;
        return value >>> 0;
      }
    }
    return this.fail("integer representation too long", at - 1);
  }

  /** An index that is written as it is now called. */
  index({ space, from, by, count }: IndexShift): void {
    const start = this.at;
    const index = this.u32();
    if (index >= count) this.invalid(`unknown ${space} ${index}: ${space} index out of bounds`, start);
    if (index >= from && by > 0) this.replace(start, index + by);
  }

  /** Writes a number in the place of what stands from `start` to here. */
  replace(start: number, value: number): void {
    this.output.copyTo(start);
    this.output.unsigned(value);
    this.output.skipTo(this.at);
  }

  /** Writes a call in front of the instruction that begins at `offset`. */
  callBefore(offset: number, func: number): void {
    this.output.copyTo(offset);
    this.output.byte(0x10);
    this.output.unsigned(func);
  }

  /** @returns the index of the memory: 0 where none is named */
  memoryArgument(): number {
    const flags = this.u32();
    const memory = (flags & 0x40) === 0 ? 0 : this.u32();
    this.skipLeb();
    return memory;
  }

  /** A value type, or the heap type behind `ref`. */
  skipValueType(typeCount: number): void {
    const code = this.byte();
    if (code === 0x63 || code === 0x64) this.skipHeapType(typeCount);
    else if (code >= 0x80) this.fail("invalid leading byte for value type", this.at - 1);
  }

  /** A count, and as many. */
  skipValueTypes(typeCount: number): void {
    for (let count = this.u32(); count > 0 && this.at < this.bytes.length; count -= 1) this.skipValueType(typeCount);
  }

  /** A code of one byte, or the index of a type. */
  skipHeapType(typeCount: number): void {
    const code = this.bytes[this.at] ?? 0;
    if (code >= 0x40 && code < 0x80) this.at += 1;
    else this.typeIndex(typeCount);
  }

  /** Types that are appended to the module's own stand behind `typeCount`. */
  skipBlockType(typeCount: number): void {
    if (isTypeIndex(this.bytes[this.at] ?? 0)) this.typeIndex(typeCount);
    else this.skipValueType(typeCount);
  }

  /** Also of block types, which are signed: from 0 on they read as unsigned ones do. */
  typeIndex(typeCount: number): number {
    const start = this.at;
    const index = this.u32();
    if (index >= typeCount) this.invalid(`unknown type ${index}: type index out of bounds`, start);
    return index;
  }

  /** The source with all changes; it must be read to its end. */
  finished(): Uint8Array {
    if (this.at !== this.bytes.length) this.fail("section size mismatch");
    if (this.output.isUntouched) return this.bytes;
    this.output.copyTo(this.at);
    return this.output.taken();
  }
}
