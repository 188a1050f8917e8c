/**
 * Rewrites what leads to a label, or out of the function: labels are further away than they were (label-frames.ts), and on
 * the way out of a loop fuel may have to be given back (held-fuel.ts). `quick-walk.ts` has the common ones.
 */
import type { CodeCursor } from "./code-cursor.ts";
import type { FuelRegions } from "./fuel-regions.ts";
import { noLoop } from "./held-fuel.ts";
import type { LabelFrames } from "./label-frames.ts";
import type { QuickWalk } from "./quick-walk.ts";
import type { SizedOperations } from "./sized-operations.ts";

export interface BranchState {
  readonly cursor: CodeCursor;
  readonly frames: LabelFrames;
  readonly regions: FuelRegions | undefined;
  readonly sized: SizedOperations;
  readonly quick: QuickWalk;
}

export class BranchRewriter {
  readonly #cursor: CodeCursor;
  readonly #frames: LabelFrames;
  readonly #regions: FuelRegions | undefined;
  readonly #sized: SizedOperations;
  readonly #quick: QuickWalk;

  constructor({ cursor, frames, regions, sized, quick }: BranchState) {
    this.#cursor = cursor;
    this.#frames = frames;
    this.#regions = regions;
    this.#sized = sized;
    this.#quick = quick;
  }

  /** The cursor stands behind the opcode; `start` is where the instruction begins. */
  rewrite(code: number, start: number): void {
    const cursor = this.#cursor;
    switch (code) {
      case 0x08: // throw
        this.#sized.throwTag(start, this.#quick.isDead);
        return this.#throw();
      case 0x0a: // throw_ref
        return this.#throw();
      case 0x0f: // return
        if (!this.#quick.isDead) this.#regions?.held.leave(start, noLoop);
        return this.interrupt();
      case 0x09: // rethrow
        this.label();
        return this.#throw();
      case 0x0c: // br
        return this.#always(start);
      case 0x0e: // br_table
        for (let count = cursor.u32(); count >= 0; count -= 1) {
          if (cursor.at >= cursor.bytes.length) cursor.fail("unexpected end");
          this.label();
        }
        return this.interrupt();
      case 0x0d: // br_if
      case 0xd5: // br_on_null
      case 0xd6: // br_on_non_null
        this.label();
        return this.#regions?.branch();
      default:
        return cursor.unsupported(`the core instruction ${code.toString(16)}`);
    }
  }

  /** What stands behind is not reached from here. */
  interrupt(): void {
    this.#quick.isDead = true;
  }

  /** Of an instruction that may lead there. */
  label(): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    const label = cursor.u32();
    const rewritten = this.#frames.rewritten(label);
    if (rewritten === undefined) return cursor.invalid("unknown label: branch depth too large", start);
    if (!this.#quick.isDead) this.#regions?.held.branch(this.#frames.depth - 1 - label);
    if (rewritten !== label) cursor.replace(start, rewritten);
  }

  /** The handlers of `try_table`: their labels are seen from outside of it. */
  catches(): void {
    const cursor = this.#cursor;
    for (let count = cursor.u32(); count > 0; count -= 1) {
      const kind = cursor.byte();
      if (kind > 3 || cursor.at >= cursor.bytes.length) cursor.fail("malformed catch clause");
      if (kind < 2) cursor.skipLeb();
      this.label();
    }
  }

  #throw(): void {
    if (!this.#quick.isDead) this.#regions?.held.share();
    this.interrupt();
  }

  /** A branch that is always taken: what it leads to has nothing to give back. */
  #always(start: number): void {
    const cursor = this.#cursor;
    const labelStart = cursor.at;
    const target = this.#frames.depth - 1 - cursor.u32();
    cursor.at = labelStart;
    if (!this.#quick.isDead && target >= 0) this.#regions?.held.leave(start, this.#frames.loops[target] ?? noLoop);
    this.interrupt();
    this.label();
  }
}
