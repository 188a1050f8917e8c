/**
 * The blocks around an instruction. A loop that is metered has become two (fuel-regions.ts), so that labels beyond it
 * are one further away.
 */

export type FrameKind = "function" | "block" | "loop" | "if" | "else" | "try";

export class LabelFrames {
  readonly #kinds: FrameKind[] = [];
  readonly #regions: number[] = [];
  /** Whether the block itself is never reached. */
  readonly #deads: boolean[] = [];
  /** Whether a way leads from the end of a part (the first half, a handler's neighbour) behind the block. */
  readonly #passed: boolean[] = [];
  /** How many loops were doubled from the function's frame up to and with this one. */
  readonly #doubled: number[] = [];

  get depth(): number {
    return this.#kinds.length;
  }

  get kind(): FrameKind {
    return this.#kinds.at(-1) ?? "function";
  }

  get region(): number {
    return this.#regions.at(-1) ?? 0;
  }

  get isDead(): boolean {
    return this.#deads.at(-1) ?? false;
  }

  get isPassed(): boolean {
    return this.#passed.at(-1) ?? false;
  }

  pass(): void {
    this.#passed[this.#passed.length - 1] = true;
  }

  get isDoubled(): boolean {
    return (this.#doubled.at(-1) ?? 0) > (this.#doubled.at(-2) ?? 0);
  }

  push(kind: FrameKind, { region, isDead, isDoubled }: { region: number; isDead: boolean; isDoubled: boolean }): void {
    this.#doubled.push((this.#doubled.at(-1) ?? 0) + (isDoubled ? 1 : 0));
    this.#kinds.push(kind);
    this.#regions.push(region);
    this.#deads.push(isDead);
    this.#passed.push(false);
  }

  pop(): void {
    this.#kinds.pop();
    this.#regions.pop();
    this.#deads.pop();
    this.#passed.pop();
    this.#doubled.pop();
  }

  /** The second half of a conditional. */
  becomeElse(): void {
    this.#kinds[this.#kinds.length - 1] = "else";
  }

  clear(): void {
    this.#kinds.length = 0;
    this.#regions.length = 0;
    this.#deads.length = 0;
    this.#passed.length = 0;
    this.#doubled.length = 0;
  }

  /** What `label` is in the rewritten code; undefined if there is no such label. */
  rewritten(label: number): number | undefined {
    const target = this.#kinds.length - 1 - label;
    const behind = this.#doubled[target];
    return behind === undefined ? undefined : label + (this.#doubled.at(-1) ?? 0) - behind;
  }
}
