/**
 * The instructions that code is made of, nineteen in twenty, with nothing but numbers in hand: those that are copied as
 * they are, calls, globals, blocks that begin and end, conditional branches. Each has a longer form for every case in
 * rewrite-function.ts, where the walk goes on wherever this one stops.
 *
 * What stays as it is is not touched: it is written with the next thing that changes, in spans (spliced-output.ts). In a
 * process that is new this is interpreted, where writing a byte into an array, or asking for its length, is a call.
 */
import type { CodeCursor } from "./code-cursor.ts";
import { instructionCost } from "./fuel-cost.ts";
import type { FuelRegions } from "./fuel-regions.ts";
import type { FunctionLocals } from "./function-locals.ts";
import { noLoop } from "./held-fuel.ts";
import type { IndexShift } from "./index-shift.ts";
import { walk } from "./instructions.ts";
import { frameKinds, type LabelFrames } from "./label-frames.ts";
import type { RewritePlan } from "./rewrite-plan.ts";

export interface WalkState {
  readonly cursor: CodeCursor;
  readonly frames: LabelFrames;
  readonly locals: FunctionLocals;
  readonly regions: FuelRegions | undefined;
  /** By opcode: how it is walked over. */
  readonly kinds: Uint8Array;
}

export class QuickWalk {
  /** It came past a call since this was last false. */
  calls = false;
  /** Nothing leads to the next instruction. */
  isDead = false;
  readonly #plan: RewritePlan;
  readonly #cursor: CodeCursor;
  readonly #frames: LabelFrames;
  readonly #locals: FunctionLocals;
  readonly #regions: FuelRegions | undefined;
  readonly #kinds: Uint8Array;
  readonly #keepsDepth: boolean;
  /** Where looking ahead ends. */
  readonly #readable: number;

  constructor(plan: RewritePlan, { cursor, frames, locals, regions, kinds }: WalkState) {
    this.#plan = plan;
    this.#cursor = cursor;
    this.#frames = frames;
    this.#locals = locals;
    this.#regions = regions;
    this.#kinds = kinds;
    this.#readable = cursor.bytes.length - readAheadMax;
    this.#keepsDepth = plan.accounts.depth !== undefined;
  }

  /** As far as it goes, at most to `end`. */
  walk(end: number): void {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    const kinds = this.#kinds;
    const { plain, leb, local, memoryArgument } = walk;
    const localsEnd = Math.min(this.#locals.count, 0x80);
    // Whoever reads beyond the end of an array is slow from then on.
    const last = Math.min(end, this.#readable);
    let { at } = cursor;
    do {
      const room = this.#room();
      let count = 0;
      while (at < last && count < room) {
        const kind = kinds[bytes[at] ?? 0];
        if (kind === plain) at += 1;
        else {
          const next = bytes[at + 1] ?? 0;
          if ((kind === leb && next < 0x80) || (kind === local && next < localsEnd)) at += 2;
          else if (kind === leb || (kind === memoryArgument && next < 0x40)) {
            let length = 2;
            while ((bytes[at + length] ?? 0) >= 0x80 && length < plainBytesMax) length += 1;
            if (length === plainBytesMax) break;
            at += length + 1;
          } else break;
        }
        count += 1;
      }
      cursor.at = at;
      if (count > 0 && !this.isDead) this.#regions?.spendRun(count);
      if (at >= last || !this.#passOne(bytes[at] ?? 0)) return;
      ({ at } = cursor);
    } while (at < last);
  }

  /** How many instructions the region has room for. */
  #room(): number {
    return this.isDead || this.#regions === undefined ? roomMax : this.#regions.room();
  }

  /** @returns false, with nothing done, for what is a matter of others. */
  #passOne(code: number): boolean {
    switch (code) {
      case 0x00:
      case 0x0f:
        return this.#leave(code);
      case 0x02:
      case 0x04:
        return this.#block(code);
      case 0x0b:
        return this.#end();
      case 0x0c:
      case 0x0d:
        return this.#branch(code);
      case 0x10:
        return !this.#keepsDepth && this.#call();
      case 0x23:
      case 0x24:
        return this.#indexed(this.#plan.globals);
      default:
        return false;
    }
  }

  #spend(): void {
    if (!this.isDead) this.#regions?.spend(this.#cursor.at, instructionCost);
  }

  /** `unreachable` and `return`. */
  #leave(code: number): true {
    this.#spend();
    if (code === 0x0f && !this.isDead) this.#regions?.held.leave(this.#cursor.at, noLoop);
    this.#cursor.at += 1;
    this.isDead = true;
    return true;
  }

  #call(): boolean {
    if (!this.#indexed(this.#plan.functions)) return false;
    this.calls = true;
    if (!this.isDead) this.#regions?.called(this.#cursor.at);
    return true;
  }

  #indexed({ from, by, count }: IndexShift): boolean {
    const cursor = this.#cursor;
    const start = cursor.at;
    cursor.at = start + 1;
    const index = cursor.u32();
    const after = cursor.at;
    cursor.at = start;
    if (index >= count) return false;
    this.#spend();
    cursor.at = after;
    if (index >= from && by > 0) cursor.replace(start + 1, index + by);
    return true;
  }

  /** A `block` or an `if` without a type. */
  #block(code: number): boolean {
    const cursor = this.#cursor;
    if (cursor.bytes[cursor.at + 1] !== noType) return false;
    this.#spend();
    this.#frames.push(code === 0x02 ? frameKinds.block : frameKinds.if, this.#regions?.current ?? 0, this.isDead);
    cursor.at += 2;
    if (code === 0x04) this.#regions?.branch();
    return true;
  }

  /** But of a function, of a loop that is metered, or where fuel is given back. */
  #end(): boolean {
    const frames = this.#frames;
    const top = frames.depth - 1;
    if (top === 0 || frames.isMetered(top) || frames.landings[top] !== 0) return false;
    this.#cursor.at += 1;
    this.endBlock();
    return true;
  }

  /** What follows the end of the innermost block. */
  endBlock(): void {
    const frames = this.#frames;
    const top = frames.depth - 1;
    frames.depth = top;
    frames.asked = frames.askedAt[top] ?? 0;
    if (top === 0 || frames.areDead[top] === 1) return;
    // Behind a condition without a second half there is always a way.
    const continues = !this.isDead || frames.kinds[top] === frameKinds.if || frames.arePassed[top] === 1;
    this.isDead = false;
    if (continues) this.#regions?.resume(frames.regions[top] ?? 0);
    else this.#regions?.interrupt();
  }

  /** A branch in a loop, to the block at this depth. */
  #wayOut(code: number, start: number, depth: number): void {
    const held = this.#regions?.held;
    if (code === 0x0c) held?.leave(start, this.#frames.loops[depth] ?? noLoop);
    else held?.branch(depth);
  }

  /** `br` and `br_if`. */
  #branch(code: number): boolean {
    const cursor = this.#cursor;
    const start = cursor.at;
    const label = cursor.bytes[start + 1] ?? 0;
    const rewritten = label < 0x80 ? this.#frames.rewritten(label) : undefined;
    if (rewritten === undefined) return false;
    this.#spend();
    if (!this.isDead && this.#frames.loop !== noLoop) this.#wayOut(code, start, this.#frames.depth - 1 - label);
    cursor.at = start + 2;
    if (rewritten !== label) cursor.replace(start + 1, rewritten);
    if (code === 0x0c) this.isDead = true;
    else this.#regions?.branch();
    return true;
  }
}

/** A number of 64 bits has ten bytes at most, and a memory's alignment stands in front of it. */
const plainBytesMax = 12;
const readAheadMax = 16;
/** A body is shorter. */
const roomMax = 2 ** 30;
const noType = 0x40;
