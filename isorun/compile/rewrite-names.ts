/** The custom section of names, by which engines call functions in traces. */
import { ByteReader } from "../decode/byte-reader.ts";
import { DecodeError, ValidationError } from "../errors/errors.ts";
import { ByteWriter } from "./byte-writer.ts";
import { CodeCursor } from "./code-cursor.ts";
import type { IndexShift } from "./index-shift.ts";

/**
 * The names of the module and of functions, whose indices move; names of locals and of the rest are left out. Broken
 * names are no fault of a module: undefined.
 */
export function rewriteNames(contents: Uint8Array, functions: IndexShift): Uint8Array | undefined {
  try {
    return shiftAllNames(contents, functions);
  } catch (error) {
    if (error instanceof DecodeError || error instanceof ValidationError) return undefined;
    throw error;
  }
}

function shiftAllNames(contents: Uint8Array, functions: IndexShift): Uint8Array {
  const reader = new ByteReader(contents);
  const writer = new ByteWriter(contents.length + contents.length / 8 + 64);
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const part = reader.take(reader.u32());
    if (id > 1) continue;
    writer.byte(id);
    writer.sized(id === 0 ? part : shiftNames(part, functions));
  }
  return writer.taken();
}

function shiftNames(contents: Uint8Array, functions: IndexShift): Uint8Array {
  const cursor = new CodeCursor(contents, contents.length + contents.length / 8 + 64);
  for (let count = cursor.u32(); count > 0; count -= 1) {
    cursor.index(functions);
    const length = cursor.u32();
    cursor.at += length;
    if (cursor.at > contents.length) cursor.fail("unexpected end");
  }
  return cursor.finished();
}
