import { describe, expect, test } from "bun:test";
import { type Pollable, whenAnyReady } from "./wait.ts";

/** Ready when it is told to be. */
function switchable(): Pollable & { turnOn(): void; waits: number } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    isReady: false,
    waits: 0,
    whenReady() {
      this.waits += 1;
      return promise;
    },
    turnOn() {
      Object.assign(this, { isReady: true });
      resolve();
    },
  };
}

describe("waiting, where a call can be suspended", () => {
  test("goes on when one of them is ready", async () => {
    const [one, other] = [switchable(), switchable()];
    const waiting = whenAnyReady([one, other], () => other.isReady);
    const answer = Promise.resolve(waiting);
    other.turnOn();
    expect(await answer).toBe(true);
  });

  test("begins no work before somebody waits", () => {
    const pollable = switchable();
    whenAnyReady([pollable], () => 1);
    expect(pollable.waits).toBe(0);
  });

  test("looks again when it was told too early", async () => {
    const pollable = switchable();
    let looks = 0;
    const early: Pollable = {
      get isReady() {
        looks += 1;
        return looks > 3;
      },
      whenReady: async () => undefined,
    };
    expect(await whenAnyReady([pollable, early], () => "done")).toBe("done");
    expect(looks).toBe(4);
  });
});
