/**
 * Deadlines for many transfers with one timer: it ticks a few times in the shortest timeout while anything is watched, so that a
 * request costs two set operations instead of a timer of its own. A deadline is met up to a quarter of the timeout late.
 */

export interface Watch {
  /** Something came: the time begins anew. `graceMs` is added to the timeout. */
  readonly touch: (graceMs?: number) => void;
  readonly stop: () => void;
}

export interface Watchdog {
  /** Calls `expire` once when nothing was touched for the timeout. */
  readonly watch: (expire: () => void) => Watch;
}

/** Real time, not the client's clock: connections do not know of that one. */
export function openWatchdog(timeoutMs: number): Watchdog {
  const watched = new Map<object, { dueMs: number; expire: () => void }>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = (): void => {
    const nowMs = performance.now();
    for (const [key, { dueMs, expire }] of watched) {
      if (dueMs > nowMs) continue;
      watched.delete(key);
      expire();
    }
    if (watched.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    watch(expire) {
      const entry = { dueMs: performance.now() + timeoutMs, expire };
      watched.set(entry, entry);
      timer ??= setInterval(tick, Math.max(10, timeoutMs / 4));
      return {
        touch: (graceMs = 0) => void (entry.dueMs = performance.now() + timeoutMs + graceMs),
        stop() {
          watched.delete(entry);
          if (watched.size > 0) return;
          clearInterval(timer);
          timer = undefined;
        },
      };
    },
  };
}
