/**
 * Bytes from one memory to another. `memory.copy` is a call out of generated code, which takes longer than short copies:
 * these are two reads, of the first bytes and of the last ones, which overlap, and two writes.
 */
import type { CodeWriter, Local, MemoryOpcode } from "./code-writer.ts";

export interface Memories {
  readonly code: CodeWriter;
  readonly hasVectors: boolean;
  readonly source: number;
  readonly target: number;
}

export interface Bytes {
  readonly to: Local;
  readonly from: Local;
  readonly bytes: Local;
}

/** What is read is read before anything is written: both may lie in one memory. */
export function emitCopyBytes({ code, hasVectors, source, target }: Memories, { to, from, bytes }: Bytes): void {
  const most = hasVectors ? 32 : 16;
  code.get(bytes).i32(most).op("i32.gt_u");
  code.if(
    () => code.get(to).get(from).get(bytes).copy(target, source),
    () => emitShort({ code, hasVectors, source, target }, { to, from, bytes }),
  );
}

const widths = [
  { bytes: 8, load: "i64.load", store: "i64.store" },
  { bytes: 4, load: "i32.load", store: "i32.store" },
  { bytes: 2, load: "i32.load16_u", store: "i32.store16" },
] as const satisfies readonly { bytes: number; load: MemoryOpcode; store: MemoryOpcode }[];

function emitShort({ code, hasVectors, source, target }: Memories, { to, from, bytes }: Bytes): void {
  const lastOf = (local: Local, width: number) => code.get(local).get(bytes).op("i32.add").i32(width).op("i32.sub");
  code.block(() => {
    if (hasVectors) {
      code.get(bytes).i32(16).op("i32.ge_u");
      code.if(() => {
        code.get(to).get(from).vectorAt("v128.load", { memory: source, offset: 0 });
        lastOf(to, 16);
        lastOf(from, 16).vectorAt("v128.load", { memory: source, offset: 0 });
        for (let count = 0; count < 2; count += 1) code.vectorAt("v128.store", { memory: target, offset: 0 });
        code.branch(1);
      });
    }
    for (const { bytes: width, load, store } of widths) {
      code.get(bytes).i32(width).op("i32.ge_u");
      code.if(() => {
        code.get(to).get(from).at(load, { memory: source, offset: 0 });
        lastOf(to, width);
        lastOf(from, width).at(load, { memory: source, offset: 0 });
        for (let count = 0; count < 2; count += 1) code.at(store, { memory: target, offset: 0 });
        code.branch(1);
      });
    }
    code.get(bytes).op("i32.eqz").branchIf(0);
    code.get(to).get(from).at("i32.load8_u", { memory: source, offset: 0 });
    code.at("i32.store8", { memory: target, offset: 0 });
  });
}

interface FixedBytes {
  readonly to: Local;
  readonly toOffset: number;
  readonly from: Local;
  readonly fromOffset: number;
  readonly bytes: number;
}

/** As few loads and stores as there can be: for a few bytes, whose number is known. */
export function emitCopyFixed({ code, hasVectors, source, target }: Memories, fixed: FixedBytes): void {
  let done = 0;
  const take = (width: number, copy: () => void): void => {
    for (; fixed.bytes - done >= width; done += width) {
      code.get(fixed.to).get(fixed.from);
      copy();
    }
  };
  const places = () => ({
    read: { memory: source, offset: fixed.fromOffset + done },
    write: { memory: target, offset: fixed.toOffset + done },
  });
  if (hasVectors) take(16, () => code.vectorAt("v128.load", places().read).vectorAt("v128.store", places().write));
  for (const { bytes: width, load, store } of widths) {
    take(width, () => code.at(load, places().read).at(store, places().write));
  }
  take(1, () => code.at("i32.load8_u", places().read).at("i32.store8", places().write));
}
