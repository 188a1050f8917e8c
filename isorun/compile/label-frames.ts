/**
 * The blocks around an instruction. A loop that is metered has become two (fuel-regions.ts), so that labels beyond it
 * are one further away.
 */

export type FrameKind = "function" | "block" | "loop" | "if" | "else" | "try";

/** By opcode; a `try_table` is a block whose handlers stand outside. */
export const blockKinds: Readonly<Record<number, FrameKind>> = { 0x02: "block", 0x04: "if", 0x06: "try", 0x1f: "try" };

/** One for each depth, used again and again: a module has millions of blocks. */
interface Frame {
  kind: FrameKind;
  /** In which the block began. */
  region: number;
  /** The block itself is never reached. */
  isDead: boolean;
  /** A way leads from the end of a part (the first half, a handler's neighbour) behind the block. */
  isPassed: boolean;
  isDoubled: boolean;
  /** How many loops were doubled from the function's frame up to and with this one. */
  doubled: number;
}

const newFrame = (): Frame => ({
  kind: "function",
  region: 0,
  isDead: false,
  isPassed: false,
  isDoubled: false,
  doubled: 0,
});

export class LabelFrames {
  readonly #frames: Frame[] = [];
  #depth = 0;
  #top = newFrame();

  get depth(): number {
    return this.#depth;
  }

  /** The innermost. It is another block's after the next `push`. */
  get top(): Readonly<Frame> {
    return this.#top;
  }

  push(kind: FrameKind, { region, isDead, isDoubled }: { region: number; isDead: boolean; isDoubled: boolean }): void {
    const doubled = this.#depth === 0 ? 0 : this.#top.doubled;
    const frame = (this.#frames[this.#depth] ??= newFrame());
    frame.kind = kind;
    frame.region = region;
    frame.isDead = isDead;
    frame.isPassed = false;
    frame.isDoubled = isDoubled;
    frame.doubled = doubled + (isDoubled ? 1 : 0);
    this.#top = frame;
    this.#depth += 1;
  }

  /** @returns the frame that was left, until the next `push` */
  pop(): Readonly<Frame> {
    const left = this.#top;
    this.#depth -= 1;
    this.#top = this.#frames[this.#depth - 1] ?? left;
    return left;
  }

  pass(): void {
    this.#top.isPassed = true;
  }

  /** The second half of a conditional. */
  becomeElse(): void {
    this.#top.kind = "else";
  }

  clear(): void {
    this.#depth = 0;
  }

  /** What `label` is in the rewritten code; undefined if there is no such label. */
  rewritten(label: number): number | undefined {
    const target = this.#depth - 1 - label;
    if (target < 0) return undefined;
    return label + this.#top.doubled - (this.#frames[target]?.doubled ?? 0);
  }
}
