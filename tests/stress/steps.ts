/**
 * When things happen: whatever a host function answers later, and whatever comes from outside, is a step, and the seed
 * chooses which step is next when nothing else can run. So nobody waits for a clock, a world always goes the same way, and
 * when no step is left, a call that has not ended never will.
 */
import { chance, type Random } from "../fuzz/random.ts";

/** In one of so many, a second one happens before anybody can react to the first. */
const togetherOneIn = 4;

export interface Steps {
  /** It runs when it is chosen. */
  readonly add: (step: () => void) => void;
  /** Resolves when it is chosen. */
  readonly next: () => Promise<void>;
  /** Until no step is left, and nothing can run. */
  readonly takeAll: () => Promise<void>;
}

export function stepsBy(random: Random): Steps {
  const waiting: (() => void)[] = [];
  const takeOne = (): void => waiting.splice(random(waiting.length), 1)[0]?.();
  return {
    add: (step) => void waiting.push(step),
    next: () => new Promise((resolve) => waiting.push(resolve)),
    takeAll: async () => {
      for (;;) {
        await untilIdle();
        if (waiting.length === 0) return;
        takeOne();
        while (waiting.length > 0 && chance(random, togetherOneIn)) takeOne();
      }
    },
  };
}

/** Promises and suspended stacks go on before the engine comes to this. */
const untilIdle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
