/** What must fail, and with what: a run that does not is the test's own failure. */
import { expect } from "bun:test";

/** What a promise is rejected with. */
export const failureOf = async (running: PromiseLike<unknown>): Promise<unknown> =>
  running.then(
    () => expect.unreachable("it was not rejected"),
    (error: unknown) => error,
  );

/** What a function throws before it returns. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.unreachable("nothing was thrown");
}
