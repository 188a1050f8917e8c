/**
 * Between two roots, while the caller is given the results: the callee has returned, and what fails on the caller's side
 * unwinds no frame of it (spec: rule 2). A trap cannot be caught here, so whoever unwinds the call has to see it
 * (call/returned-calls.ts). In the caller's allocator, that one cannot be left. Of what the adapter finds out itself it
 * tells the host. And where a post-return waits for what was returned, that is left beside the number of the link, which
 * is negative, in the place of the task that holds the callee; whoever enters next writes its own there.
 */
import type { ValueType } from "../types/component-types.ts";
import { flatResultsMax, flattenType, hasPointers } from "../types/flatten.ts";
import type { CodeWriter, Local } from "./code-writer.ts";
import { runningAddress, stateOffsets } from "./state-memory.ts";

/** Whether the caller's allocator runs for it, its memory is written, or its table of handles: it is an i32 in core. */
export const canFailToTake = (type: ValueType | undefined): boolean =>
  type !== undefined && (hasPointers(type) || type.hasResource || flattenType(type).length > flatResultsMax);

export interface Returning {
  /** The memory of states. */
  readonly state: number;
  /** Constants: where the state of the callee's root lies, and the number of the link, of 64 bits. */
  readonly root: number;
  readonly number: number;
  /** Tells that nothing of a callee that has ended is on the stack. */
  readonly left: number;
}

const highBits = 32n;

export function emitReturning(code: CodeWriter, { state, root, number }: Returning, returned: Local): void {
  code.constant(root).get(returned).op("i64.extend_i32_u").i64(highBits).op("i64.shl").constant(number).op("i64.or");
  code.at("i64.store", { memory: state, offset: stateOffsets.holder });
}

/** It is the callee that fails: the task that runs holds it again. */
export function emitHeld(code: CodeWriter, { state, root }: Returning): void {
  code.constant(root).i32(runningAddress).at("i32.load", { memory: state, offset: 0 });
  code.at("i32.store", { memory: state, offset: stateOffsets.holder });
}

/**
 * Whoever has ended the callee while its results were passed found nobody in it to stop: it runs no code any more, and as
 * it is left, it is gone.
 */
export function emitUnlessEnded(code: CodeWriter, returning: Returning, cleanUp: () => void): void {
  loadEnded(code, returning).op("i32.eqz").if(cleanUp);
}

export function emitLeft(code: CodeWriter, returning: Returning): void {
  loadEnded(code, returning).if(() => code.call(returning.left));
}

const loadEnded = (code: CodeWriter, { state, root }: Returning): CodeWriter =>
  code.constant(root).at("i32.load", { memory: state, offset: stateOffsets.hasEnded });
