/** Somebody who may end a computation, and who is asked now and then while no turn comes to anybody else. */
const askEveryMs = 20;

/** @returns what throws the answer; to be called as often as one likes */
export function everySoOften(interrupt: () => Error | undefined): () => void {
  let askedMs = -Infinity;
  return () => {
    const nowMs = performance.now();
    if (nowMs - askedMs < askEveryMs) return;
    askedMs = nowMs;
    const reason = interrupt();
    if (reason !== undefined) throw reason;
  };
}
