/** The locals of the function that is rewritten, and those that are appended to them. */
import type { ByteWriter } from "./byte-writer.ts";
import type { CodeCursor } from "./code-cursor.ts";
import { functionLocalsMax } from "./engine-limits.ts";

export class FunctionLocals {
  readonly #cursor: CodeCursor;
  readonly #typeCount: number;
  /** With its parameters: the index of the first that is appended. */
  count = 0;
  /** Without them. */
  declared = 0;
  #groupCount = 0;
  #groupsStart = 0;
  #groupsEnd = 0;
  #stray: number | undefined;

  constructor(cursor: CodeCursor, typeCount: number) {
    this.#cursor = cursor;
    this.#typeCount = typeCount;
  }

  /** Their declarations as they stand in front of the function's code, with as many groups more that will follow. */
  writeTo(writer: ByteWriter, added: number): void {
    writer.unsigned(this.#groupCount + added);
    writer.appendSpan(this.#cursor.bytes, this.#groupsStart, this.#groupsEnd);
  }

  /** Whether engines take as many more. */
  hasRoomFor(added: number): boolean {
    return this.count + added <= functionLocalsMax;
  }

  /** The cursor stands where the body begins, and then where its code does. */
  read(parameterCount: number): void {
    const cursor = this.#cursor;
    this.#groupCount = cursor.u32();
    this.#groupsStart = cursor.at;
    this.#stray = undefined;
    this.count = parameterCount;
    for (let group = 0; group < this.#groupCount; group += 1) {
      if (cursor.at >= cursor.bytes.length) cursor.fail("unexpected end");
      this.count += cursor.u32();
      cursor.skipValueType(this.#typeCount);
    }
    this.#groupsEnd = cursor.at;
    this.declared = this.count - parameterCount;
  }

  /** An index of a local, of which there may be none. */
  index(): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    if (cursor.u32() >= this.count) this.#stray ??= start;
  }

  /**
   * To be asked where something was appended, which no index of the function may mean. Elsewhere the engine refuses them.
   * @throws ValidationError
   */
  refuseStray(): void {
    const cursor = this.#cursor;
    if (this.#stray === undefined) return;
    cursor.at = this.#stray;
    cursor.invalid(`unknown local ${cursor.u32()}: local index out of bounds`, this.#stray);
  }
}
