/** Places of instances that nobody has any more are given to new ones, clean. */
import { expect, test } from "bun:test";
import { stateBytes, stateOffsets } from "../adapter/state-memory.ts";
import { TrapError } from "../errors/errors.ts";
import { InstanceStates } from "./instance-states.ts";

const capacity = 65_535;

const makeMany = (states: InstanceStates, count: number): number[] =>
  Array.from({ length: count }, () => states.makeRoot("gone", {}).place);

/** Until the collector has told of all but what a stack may still show. */
async function collected(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isDone(); turn += 1) {
    Bun.gc(true);
    await new Promise((resolve) => void setTimeout(resolve, 0));
  }
}

test("a place is reused when its instance is gone, and says nothing of it", async () => {
  const states = new InstanceStates();
  const kept = states.makeRoot("kept", {});
  kept.mayEnter = false;
  const gone = new Set(makeMany(states, 500));
  const first = Math.min(...gone) / 4;
  // As a call that trapped in them would leave them.
  states.words.fill(-1, first, first + (500 * stateBytes) / 4);
  const reused: number[] = [];
  await collected(() => {
    const { place } = states.makeRoot("next", {});
    if (gone.has(place)) reused.push(place);
    return reused.length > 20;
  });
  expect(reused.length).toBeGreaterThan(20);
  const place = reused[0] ?? 0;
  const state = [...states.words.subarray(place / 4, (place + stateBytes) / 4)];
  const fresh = Array.from({ length: stateBytes / 4 }, (_, index) => (index < stateOffsets.context / 4 ? 1 : 0));
  expect(state).toEqual(fresh);
  expect([reused.includes(kept.place), kept.mayEnter]).toEqual([false, false]);
});

test("there is room again after too many, when they are gone", async () => {
  const states = new InstanceStates();
  makeMany(states, capacity);
  const isFull = (): boolean => {
    try {
      states.makeRoot("one more", {});
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(TrapError);
      return true;
    }
  };
  await collected(() => !isFull());
  expect(isFull()).toBe(false);
});

test("roots that are held keep their places", () => {
  const states = new InstanceStates();
  const held = Array.from({ length: capacity }, () => states.makeRoot("held", {}));
  Bun.gc(true);
  expect(() => states.makeRoot("one more", {})).toThrow("there are too many component instances");
  expect(new Set(held.map(({ place }) => place)).size).toBe(capacity);
});
