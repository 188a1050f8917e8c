/** Which transfers end, on a clock of the test: time passes when it says so. */
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { type Expiry, openWatchdog, type Watchdog } from "./watchdog.ts";

const timeoutMs = 1000;
const graceMs = 61_000;

let nowMs = 0;
let dog: Watchdog;
let ends: [string, Expiry, number][] = [];

beforeEach(() => {
  jest.useFakeTimers();
  nowMs = 0;
  ends = [];
  dog = openWatchdog({ timeoutMs, nowMs: () => nowMs });
});
afterEach(() => void jest.useRealTimers());

/** One tick of the watchdog. */
const stepMs = timeoutMs / 4;

function pass(ms: number): void {
  for (let passed = 0; passed < ms; passed += stepMs) {
    nowMs += stepMs;
    jest.advanceTimersByTime(stepMs);
  }
}

const body = (name: string) => dog.watchBody((why) => ends.push([name, why, nowMs]));

/** Feeds bodies every 250 ms until a time, or until one has ended. */
function feed(untilMs: number, ...fed: readonly { watch: ReturnType<typeof body>; bytes: number }[]): void {
  while (nowMs < untilMs && ends.length === 0) {
    pass(250);
    for (const { watch, bytes } of fed) {
      watch.hold(bytes);
      watch.resume();
    }
  }
}

describe("a body", () => {
  test("of silence ends after the timeout", () => {
    body("silent");
    pass(750);
    expect(ends).toEqual([]);
    pass(250);
    expect(ends).toEqual([["silent", "silent", timeoutMs]]);
  });

  test("that trickles ends after the grace", () => {
    feed(10 * graceMs, { watch: body("trickle"), bytes: 1 });
    expect(ends).toEqual([["trickle", "slow", expect.closeTo(graceMs, -3)]]);
  });

  test("that has sent much cannot trickle for ever", () => {
    const watch = body("late");
    watch.hold(1e9);
    watch.resume();
    feed(10 * graceMs, { watch, bytes: 1 });
    expect(ends).toEqual([["late", "slow", expect.closeTo(graceMs, -3)]]);
  });

  test("of a kilobyte a second may take as long as it likes, and so may ten that share it", () => {
    const modem = body("modem");
    feed(20 * graceMs, { watch: modem, bytes: 250 });
    modem.stop();
    const ten = Array.from({ length: 10 }, (_, number) => ({ watch: body(`${number}`), bytes: 25 }));
    feed(40 * graceMs, ...ten);
    expect(ends).toEqual([]);
  });

  test("that has less than its share ends", () => {
    feed(20 * graceMs, { watch: body("less"), bytes: 100 }, { watch: body("enough"), bytes: 125 });
    expect(ends).toEqual([["less", "slow", expect.closeTo(5 * graceMs, -4)]]);
  });

  test("that we handle is not charged for it", () => {
    const watch = body("held");
    watch.hold(10);
    pass(10 * graceMs);
    expect(ends).toEqual([]);
    watch.resume();
    pass(timeoutMs);
    expect(ends).toEqual([["held", "silent", 10 * graceMs + timeoutMs]]);
  });

  test("is not charged for the time in which the program computed and read nothing", () => {
    body("waiting");
    nowMs += 5 * timeoutMs;
    jest.advanceTimersByTime(250);
    expect(ends).toEqual([]);
  });
});

test("an answer that is waited for has the timeout only, and what was stopped ends no more", () => {
  dog.watch(() => ends.push(["answer", "silent", nowMs]));
  body("stopped").stop();
  pass(timeoutMs);
  expect(ends).toEqual([["answer", "silent", timeoutMs]]);
});
