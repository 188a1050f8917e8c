/** Sections beside the code: what is appended to index spaces, and indices in them that moved. */
import { ByteReader } from "../decode/byte-reader.ts";
import { readLimits, readMemoryType, readRefType } from "../decode/core-type.ts";
import { ByteWriter } from "./byte-writer.ts";
import { CodeCursor } from "./code-cursor.ts";
import type { IndexShift } from "./index-shift.ts";
import { rewriteConstant } from "./rewrite-constant.ts";
import type { RewritePlan } from "./rewrite-plan.ts";

/** The contents of a section with more items behind its own. */
export function appendItems(contents: Uint8Array | undefined, items: readonly Uint8Array[]): Uint8Array {
  const reader = new ByteReader(contents ?? Uint8Array.of(0));
  const count = reader.u32() + items.length;
  const rest = reader.bytes.subarray(reader.offset);
  const writer = new ByteWriter(rest.length + 64);
  writer.unsigned(count);
  writer.append(rest);
  for (const item of items) writer.append(item);
  return writer.taken();
}

export function rewriteExports(contents: Uint8Array, { functions, globals }: RewritePlan): Uint8Array {
  const shifts: Readonly<Record<number, IndexShift>> = { 0: functions, 3: globals };
  const cursor = new CodeCursor(contents, contents.length + 64);
  for (let count = cursor.u32(); count > 0; count -= 1) {
    const length = cursor.u32();
    cursor.at += length;
    const shift = shifts[cursor.byte()];
    if (shift === undefined) cursor.skipLeb();
    else cursor.index(shift);
  }
  return cursor.finished();
}

export function rewriteStart(contents: Uint8Array, { functions }: RewritePlan): Uint8Array {
  const cursor = new CodeCursor(contents, 16);
  cursor.index(functions);
  return cursor.finished();
}

export function rewriteGlobals(contents: Uint8Array, plan: RewritePlan): Uint8Array {
  const cursor = new CodeCursor(contents, contents.length + 64);
  for (let count = cursor.u32(); count > 0; count -= 1) {
    plan.heap.notePlace(contents, cursor.at);
    cursor.skipValueType(plan.typeCount);
    cursor.at += 1;
    rewriteConstant(cursor, plan);
  }
  return cursor.finished();
}

export function rewriteElements(contents: Uint8Array, plan: RewritePlan): Uint8Array {
  const cursor = new CodeCursor(contents, contents.length + contents.length / 8 + 64);
  for (let count = cursor.u32(); count > 0; count -= 1) {
    const flags = cursor.u32();
    if (flags > 7) cursor.fail("malformed elements segment kind");
    const isActive = (flags & 1) === 0;
    const hasExpressions = (flags & 4) !== 0;
    if (isActive && (flags & 2) !== 0) cursor.skipLeb();
    if (isActive) rewriteConstant(cursor, plan);
    if ((flags & 3) !== 0) {
      if (hasExpressions) cursor.skipValueType(plan.typeCount);
      else cursor.at += 1;
    }
    for (let items = cursor.u32(); items > 0; items -= 1) {
      if (cursor.at >= contents.length) cursor.fail("unexpected end");
      if (hasExpressions) rewriteConstant(cursor, plan);
      else cursor.index(plan.functions);
    }
  }
  return cursor.finished();
}

export function rewriteData(contents: Uint8Array, plan: RewritePlan): Uint8Array {
  const cursor = new CodeCursor(contents, contents.length + 64);
  for (let count = cursor.u32(); count > 0; count -= 1) {
    const flags = cursor.u32();
    if (flags > 2) cursor.fail("malformed data segment kind");
    if (flags === 2) cursor.skipLeb();
    if (flags !== 1) rewriteConstant(cursor, plan);
    const length = cursor.u32();
    cursor.at += length;
    if (cursor.at > contents.length) cursor.fail("unexpected end");
  }
  return cursor.finished();
}

/** The section of tables, whose first values are expressions. */
export function rewriteTables(contents: Uint8Array, plan: RewritePlan, elementsMax: number | undefined): Uint8Array {
  const cursor = new CodeCursor(contents, contents.length + 64);
  for (let count = cursor.u32(); count > 0; count -= 1) {
    const hasValue = contents[cursor.at] === 0x40;
    if (hasValue) cursor.at += 2;
    const reader = new ByteReader(contents, cursor.at);
    plan.heap.notePlace(contents, cursor.at);
    readRefType(reader);
    clampLimits(cursor, { reader, maximum: elementsMax });
    if (hasValue) rewriteConstant(cursor, plan);
  }
  return cursor.finished();
}

export function rewriteMemories(contents: Uint8Array, bytesMax: number | undefined): Uint8Array {
  const cursor = new CodeCursor(contents, contents.length + 64);
  for (let count = cursor.u32(); count > 0; count -= 1) {
    const { pageSizeLog2 = 16 } = readMemoryType(new ByteReader(contents, cursor.at));
    const maximum = bytesMax === undefined ? undefined : Math.floor(bytesMax / 2 ** pageSizeLog2);
    const hasPageSize = ((contents[cursor.at] ?? 0) & 0x08) !== 0;
    clampLimits(cursor, { reader: new ByteReader(contents, cursor.at), maximum });
    if (hasPageSize) cursor.skipLeb();
  }
  return cursor.finished();
}

/** A maximum that is smaller than what a module starts with would be invalid: who instantiates sees the minimum. */
function clampLimits(
  cursor: CodeCursor,
  { reader, maximum }: { reader: ByteReader; maximum: number | undefined },
): void {
  const start = reader.offset;
  const { minimum, maximum: own, ...flags } = readLimits(reader);
  cursor.at = reader.offset;
  if (maximum === undefined || (own !== undefined && own <= maximum)) return;
  cursor.output.copyTo(start);
  const { isShared, is64, hasPageSize } = flags;
  cursor.output.byte(1 | (isShared ? 2 : 0) | (is64 ? 4 : 0) | (hasPageSize ? 8 : 0));
  cursor.output.unsigned(minimum);
  cursor.output.unsigned(Math.max(minimum, maximum));
  cursor.output.skipTo(cursor.at);
}
