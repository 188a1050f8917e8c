/** Times instances singly, as a server makes them: the event loop turns before each. */
import type { Measure } from "./job.ts";

/** Instances in one round of a contender. */
export const singly = 20;

interface Instances<I> {
  readonly alive: number;
  readonly make: () => Promise<I>;
  /** What is done with an instance that is not needed any more; not in the time. */
  readonly release: (instance: I) => Promise<void>;
  /** What shows that an instance works; not in the time. */
  readonly use: (instance: I) => Promise<unknown>;
}

export async function openInstances<I>({ alive, make, release, use }: Instances<I>): Promise<Measure> {
  const kept: I[] = [];
  while (kept.length < alive) kept.push(await make());
  return async () => {
    const durationsMs: number[] = [];
    const outputs = new Set<string>();
    for (let count = 0; count < singly; count += 1) {
      await nextTurn();
      const start = performance.now();
      const instance = await make();
      durationsMs.push(performance.now() - start);
      outputs.add(String(await use(instance)));
      kept.push(instance);
      // Oldest first: with none that is kept alive, the one that was just made.
      for (const old of kept.splice(0, kept.length - alive)) await release(old);
    }
    return { durationsMs, output: [...outputs].join() };
  };
}

const nextTurn = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
