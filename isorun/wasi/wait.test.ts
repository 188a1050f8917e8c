import { describe, expect, spyOn, test } from "bun:test";
import { Linker } from "../runtime/linker.ts";
import { type Pollable, Waiters, Waits, whenAnyReady } from "./wait.ts";

/** Ready when it is told to be. */
function switchable(): Pollable & { turnOn(): void; waits: number; signals: AbortSignal[] } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    isReady: false,
    waits: 0,
    signals: [],
    whenReady(signal) {
      this.signals.push(signal);
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

  test("leaves turns to timers where one is told too early again and again", async () => {
    let looks = 0;
    let hasTimerCome = false;
    setTimeout(() => (hasTimerCome = true), 0);
    const early: Pollable = {
      get isReady() {
        looks += 1;
        if (looks > 10_000) throw new Error("no timer came");
        return hasTimerCome;
      },
      whenReady: async () => undefined,
    };
    expect(await whenAnyReady([early], () => "done")).toBe("done");
  });

  test("is for each of them once, and for the earliest of the times on a clock", async () => {
    const [one, other] = [switchable(), switchable()];
    const [clock, otherClock] = [{}, {}];
    const times = [7n, 5n, 6n].map((whenNs) => Object.assign(switchable(), { time: { clock, whenNs } }));
    const alone = Object.assign(switchable(), { time: { clock: otherClock, whenNs: 9n } });
    const list = [one, ...times, other, alone];
    const waiting = Promise.resolve(whenAnyReady([...list, ...list, ...list], () => "done"));
    await Promise.resolve();
    expect(list.map(({ waits }) => waits)).toEqual([1, 0, 1, 0, 1, 1]);
    one.turnOn();
    expect(await waiting).toBe("done");
  });

  test("adds no second listener to a signal, however many there are: each addition looks through those before", async () => {
    const waiters = Array.from({ length: 20 }, () => new Waiters());
    let isReady = false;
    const pollables = waiters.map((each): Pollable => {
      return {
        get isReady() {
          return isReady;
        },
        whenReady: (signal) => each.wait(signal),
      };
    });
    const listeners = new Map<unknown, number>();
    const added = spyOn(AbortSignal.prototype, "addEventListener");
    const waiting = Promise.resolve(whenAnyReady(pollables, () => "done"));
    await Promise.resolve();
    for (const signal of added.mock.contexts) listeners.set(signal, (listeners.get(signal) ?? 0) + 1);
    added.mockRestore();
    expect([...listeners.values()]).toEqual(pollables.map(() => 1));
    isReady = true;
    waiters.at(-1)?.wake();
    expect(await waiting).toBe("done");
  });

  test("is told to those that lost", async () => {
    const [one, other] = [switchable(), switchable()];
    const waiting = Promise.resolve(whenAnyReady([one, other], () => "done"));
    await Promise.resolve();
    expect(one.signals.map(({ aborted }) => aborted)).toEqual([false]);
    other.turnOn();
    await waiting;
    expect(one.signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test("is told to the others when one fails", async () => {
    const pollable = switchable();
    const broken: Pollable = { isReady: false, whenReady: () => Promise.reject(new Error("no clock")) };
    expect(Promise.resolve(whenAnyReady([pollable, broken], () => 1))).rejects.toThrow("no clock");
    await new Promise((resolve) => setImmediate(resolve));
    expect(pollable.signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe("waiting of an instance that ends", () => {
  test("is given up, and what was to come next does not come", async () => {
    const ends: (() => void)[] = [];
    const waits = new Waits(new Linker(undefined, (run) => void ends.push(run)));
    const [first, second, late] = [switchable(), switchable(), switchable()];
    const came: string[] = [];
    const next = (name: string) => () => void came.push(name);
    void Promise.resolve(waits.of(whenAnyReady([first], () => whenAnyReady([second], next("second")))));
    const unasked = waits.of(whenAnyReady([late], next("late")));
    await new Promise((resolve) => setImmediate(resolve));
    first.turnOn();
    await new Promise((resolve) => setImmediate(resolve));
    expect([first.waits, second.waits]).toEqual([1, 1]);
    for (const end of ends) end();
    void Promise.resolve(unasked);
    for (const pollable of [second, late]) pollable.turnOn();
    await new Promise((resolve) => setImmediate(resolve));
    expect([second.signals[0]?.aborted, late.waits, came]).toEqual([true, 0, []]);
  });
});

test("those who wait for one thing wake together, but for who gave up", async () => {
  const waiters = new Waiters();
  const [stays, leaves] = [new AbortController(), new AbortController()];
  const woken: string[] = [];
  void waiters.wait(stays.signal).then(() => woken.push("stays"));
  void waiters.wait(leaves.signal).then(() => woken.push("leaves"));
  leaves.abort();
  await new Promise((resolve) => setImmediate(resolve));
  expect(woken).toEqual(["leaves"]);
  waiters.wake();
  await new Promise((resolve) => setImmediate(resolve));
  expect(woken).toEqual(["leaves", "stays"]);
});
