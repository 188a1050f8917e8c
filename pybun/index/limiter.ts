/** At most so many pieces of work at once; the rest waits in order. */

export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

export function limiterOf(atOnce: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The place passes directly to the next in line, so that nobody overtakes.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
