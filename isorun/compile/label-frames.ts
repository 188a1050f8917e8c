/**
 * The blocks around an instruction. A loop that is metered has become several blocks (fuel-regions.ts), so that labels
 * beyond it are further away.
 */

/** Numbers, because they stand in arrays: a module has millions of blocks. */
export const frameKinds = { function: 0, block: 1, loop: 2, if: 3, else: 4, try: 5 } as const;

/** By opcode; a `try_table` is a block whose handlers stand outside. */
export const blockKinds: Readonly<Record<number, number>> = {
  0x02: frameKinds.block,
  0x04: frameKinds.if,
  0x06: frameKinds.try,
  0x1f: frameKinds.try,
};

export interface MeteredLoop {
  /** The region of its head. */
  readonly head: number;
  /** How many blocks more it became. */
  readonly labels: number;
  /** Branches to it lead out of the innermost of them, and not to the head of a loop. */
  readonly hasLatch: boolean;
}

export class LabelFrames {
  /** How many there are; the innermost is the last. */
  depth = 0;
  /** By depth, each with room for one more. */
  kinds = new Uint8Array(64);
  /** In which the block began. */
  regions = new Int32Array(64);
  /** The block itself is never reached. */
  areDead = new Uint8Array(64);
  /** A way leads from the end of a part (the first half, a handler's neighbour) behind the block. */
  arePassed = new Uint8Array(64);
  /** Of a loop that is metered: the region of its head. */
  heads = new Int32Array(64);
  /** How many labels were added from the function's frame up to and with this one. */
  added = new Int32Array(64);
  /** Branches to it lead out of its innermost block. */
  areLatched = new Uint8Array(64);
  /** The innermost metered loop where branches to the block lead. */
  loops = new Int32Array(64);
  /** Where they give back fuel, and one more; 0 if nowhere (held-fuel.ts). */
  landings = new Int32Array(64);
  /** The innermost metered loop. */
  loop = -1;
  /** How many calls stood in front of the last question that every way here has passed, and where the block began. */
  asked = 0;
  askedAt = new Int32Array(64);

  push(kind: number, region: number, isDead: boolean): void {
    const { depth } = this;
    this.kinds[depth] = kind;
    this.regions[depth] = region;
    this.areDead[depth] = isDead ? 1 : 0;
    this.arePassed[depth] = this.areLatched[depth] = this.landings[depth] = 0;
    this.loops[depth] = this.loop;
    this.askedAt[depth] = this.asked;
    this.added[depth] = this.#addedUpTo(depth - 1);
    this.depth = depth + 1;
    if (this.depth === this.kinds.length) this.#grow();
  }

  /** The innermost is a loop that is metered. */
  meter({ head, labels, hasLatch }: MeteredLoop): void {
    const top = this.depth - 1;
    this.heads[top] = head;
    this.added[top] = this.#addedUpTo(top - 1) + labels;
    this.areLatched[top] = hasLatch ? 1 : 0;
  }

  #addedUpTo(depth: number): number {
    return depth < 0 ? 0 : (this.added[depth] ?? 0);
  }

  /** Whether the block at this depth became several. */
  isMetered(depth: number): boolean {
    return this.#addedUpTo(depth) !== this.#addedUpTo(depth - 1);
  }

  /** What `label` is in the rewritten code; undefined if there is no such label. */
  rewritten(label: number): number | undefined {
    const target = this.depth - 1 - label;
    if (target < 0) return undefined;
    return label + this.#addedUpTo(this.depth - 1) - this.#addedUpTo(target) + (this.areLatched[target] ?? 0);
  }

  #grow(): void {
    const size = this.depth * 2;
    this.kinds = resized(new Uint8Array(size), this.kinds);
    this.regions = resized(new Int32Array(size), this.regions);
    this.areDead = resized(new Uint8Array(size), this.areDead);
    this.arePassed = resized(new Uint8Array(size), this.arePassed);
    this.heads = resized(new Int32Array(size), this.heads);
    this.added = resized(new Int32Array(size), this.added);
    this.areLatched = resized(new Uint8Array(size), this.areLatched);
    this.loops = resized(new Int32Array(size), this.loops);
    this.askedAt = resized(new Int32Array(size), this.askedAt);
    this.landings = resized(new Int32Array(size), this.landings);
  }
}

/** @returns `target`, which begins as `source` does */
export function resized<T extends Uint8Array | Int32Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
