/**
 * What constants of a module make while it is instantiated, where nothing asks for fuel: it is paid for before. Sizes have
 * to be known by then, so that an array of a computed length is not supported where fuel is counted.
 */
import { ByteReader } from "../decode/byte-reader.ts";
import type { CoreTypeSpace } from "../types/core-types.ts";
import type { CodeCursor } from "./code-cursor.ts";
import { bulkSizeMaxLog2, instructionsPerElement, zeroedPerInstruction } from "./fuel-cost.ts";

/** Behind the prefix 0xfb. */
const codes = { newDefault: 1, newArray: 6, newDefaultArray: 7 } as const;

export class ConstantCost {
  readonly #types: CoreTypeSpace;
  #fuel = 0;

  constructor(types: CoreTypeSpace) {
    this.#types = types;
  }

  /** In instructions, of all that was passed. */
  get fuel(): number {
    return Math.min(this.#fuel, 2 ** bulkSizeMaxLog2);
  }

  /**
   * The instruction behind 0xfb, of this type.
   * @param lengthAt where the number stands that is made in front of it, if it is a constant itself
   * @throws UnsupportedError
   */
  pay(cursor: CodeCursor, code: number, { type, lengthAt }: { type: number; lengthAt: number | undefined }): void {
    if (code === codes.newDefault) {
      const made = this.#types.at(type)?.type;
      if (made?.kind === "struct") this.#fuel += Math.floor(made.fields.length / zeroedPerInstruction);
    }
    if (code !== codes.newArray && code !== codes.newDefaultArray) return;
    if (lengthAt === undefined) {
      return cursor.unsupported("a budget for a core module with an array of a computed length in a constant");
    }
    this.#fuel += (new ByteReader(cursor.bytes, lengthAt).s33() >>> 0) * instructionsPerElement;
  }
}
