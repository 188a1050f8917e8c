/**
 * Long computations on the main thread stop now and then, so that signals, timers and answers of others are heard:
 *
 *     const slices = openSlices();
 *     for (const item of items) { if (slices.isOver()) await slices.next(); … }
 */

/** The longest time for which all else of the process waits. */
const sliceMs = 50;

export interface Slices {
  /** Whether it is time for a pause. */
  readonly isOver: () => boolean;
  /** Lets one turn of the event loop pass; a promise that is settled already would not. */
  readonly next: () => Promise<void>;
}

export function openSlices(nowMs: () => number = () => performance.now()): Slices {
  let endMs = nowMs() + sliceMs;
  return {
    isOver: () => nowMs() >= endMs,
    next: async () => {
      await new Promise<void>((proceed) => void setImmediate(proceed));
      endMs = nowMs() + sliceMs;
    },
  };
}
