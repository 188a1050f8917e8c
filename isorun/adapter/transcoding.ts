/** What the copy of a string is emitted with: places that are walked along, and the allocation in the target. */
import type { CodeWriter, Local } from "./code-writer.ts";
import type { EmitCharge } from "./copying.ts";
import type { TrapReason } from "./reasons.ts";

export interface Transcoding {
  readonly code: CodeWriter;
  /** Whether many units may be passed at once, as vectors. */
  readonly hasVectors: boolean;
  /** Memories, by their indices. */
  readonly source: number;
  readonly target: number;
  /** Emits a trap: the source is not what it should be. */
  readonly fail: (reason: TrapReason) => () => void;
  /** The same where the target is not. */
  readonly failTarget: (reason: TrapReason) => () => void;
  /** Emits a call of the target's allocator with what is pushed: the old block, its size, alignment, the new size. */
  readonly reallocate: (push: () => void) => void;
  readonly charge: EmitCharge | undefined;
  /** Where the source begins, in bytes, and its length in code units. */
  readonly pointer: Local;
  readonly units: Local;
  /** Where is read next, and where the source ends. */
  readonly at: Local;
  readonly end: Local;
  /** The block in the target: where it is, its size, and where is written next. */
  readonly block: Local;
  readonly size: Local;
  readonly out: Local;
  /** What is said to be the length in the end, in code units, with a tag. */
  readonly length: Local;
  readonly char: Local;
  readonly scratch: Local;
}

type Allocating = Pick<Transcoding, "code" | "failTarget" | "reallocate" | "block" | "size" | "scratch" | "target">;

interface Allocation {
  readonly align: 1 | 2;
  /** Pushes how many bytes are wanted. */
  readonly bytes: () => void;
}

/** `cx.allocate`, with the traps that follow it in `store_string`. */
export function emitAllocate(transcoding: Allocating, allocation: Allocation): void {
  const { code } = transcoding;
  emitReallocation(transcoding, allocation, () => code.i32(0).i32(0));
}

/** `cx.reallocate` of the block. Where is written next has to be found anew. */
export function emitReallocate(transcoding: Allocating, allocation: Allocation): void {
  const { code, block, size } = transcoding;
  emitReallocation(transcoding, allocation, () => code.get(block).get(size));
}

function emitReallocation(transcoding: Allocating, { align, bytes }: Allocation, pushOld: () => void): void {
  const { code, failTarget, reallocate, block, size, scratch, target } = transcoding;
  bytes();
  code.set(scratch);
  reallocate(() => {
    pushOld();
    code.i32(align).get(scratch);
  });
  code.set(block).get(scratch).set(size);
  emitBoundsCheck({ code, memory: target, fail: failTarget }, { pointer: block, bytes: size, align });
}

interface Bounds {
  readonly pointer: Local;
  readonly bytes: Local;
  readonly align: 1 | 2;
}

export function emitBoundsCheck(
  { code, memory, fail }: Pick<Transcoding, "code" | "fail"> & { readonly memory: number },
  { pointer, bytes, align }: Bounds,
): void {
  if (align > 1) code.get(pointer).i32(1).op("i32.and").if(fail("wasm trap: unaligned pointer"));
  code.get(pointer).op("i64.extend_i32_u").get(bytes).op("i64.extend_i32_u", "i64.add");
  code.memoryBytes(memory).op("i64.gt_u").if(fail("wasm trap: string content out-of-bounds"));
}

/** Gives back what was allocated for the worst case and not used: `block` to `out` is kept. */
export function emitShrink(transcoding: Transcoding, align: 1 | 2): void {
  const { code, block, out, size, length } = transcoding;
  code.get(out).get(block).op("i32.sub").tee(length).get(size).op("i32.lt_u");
  code.if(() => emitReallocate(transcoding, { align, bytes: () => code.get(length) }));
}

/** `local += bytes` */
export function emitAdvance(code: CodeWriter, local: Local, bytes: number): void {
  code.get(local).i32(bytes).op("i32.add").set(local);
}

/** Labels inside the step of a walk, at its outermost level. */
export const walk = { next: 0, tryRun: 1, exit: 2 } as const;

/**
 * Walks from `at` to `end`: first a run, which passes many units at once as far as it can, then steps, which pass one
 * each. A step ends by branching: on to the next one, back to where a run is tried, or out.
 */
export function emitWalk(
  { code, at, end }: Pick<Transcoding, "code" | "at" | "end">,
  { run, step }: { readonly run: () => void; readonly step: () => void },
): void {
  code.block(() => {
    code.loop(() => {
      run();
      code.loop(() => {
        code.get(at).get(end).op("i32.ge_u").branchIf(walk.exit);
        step();
      });
    });
  });
}

interface Run {
  /** How many bytes of the source a turn passes. */
  readonly bytes: number;
  /** Pushes whether the turn must not be made. */
  readonly isOver: () => void;
  readonly copy?: () => void;
}

/** A loop over blocks of the source, as long as there is a whole one and nothing in it ends the run. */
export function emitRun({ code, at, end }: Pick<Transcoding, "code" | "at" | "end">, run: Run): void {
  code.block(() => {
    code.loop(() => {
      code.get(end).get(at).op("i32.sub").i32(run.bytes).op("i32.lt_u").branchIf(1);
      run.isOver();
      code.branchIf(1);
      run.copy?.();
      emitAdvance(code, at, run.bytes);
      code.branch(0);
    });
  });
}
