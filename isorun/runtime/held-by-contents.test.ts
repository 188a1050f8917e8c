import { describe, expect, test } from "bun:test";
import { failureOf } from "../errors/testing/failure-of.ts";
import { HeldByContents } from "./held-by-contents.ts";

interface Made {
  readonly contents: Uint8Array;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

interface Counting {
  readonly held: HeldByContents<Made>;
  readonly get: (contents: Uint8Array) => Promise<Made>;
  readonly made: () => number;
}

function counting(): Counting {
  const held = new HeldByContents<Made>(({ contents }) => contents);
  let made = 0;
  const make = (contents: Uint8Array) => async () => {
    made += 1;
    await Promise.resolve();
    return { contents };
  };
  return { held, get: (contents) => held.get(contents, make(contents)), made: () => made };
}

describe("the same bytes", () => {
  test("are answered with what is held, wherever they lie", async () => {
    const { get, made } = counting();
    const long = Uint8Array.from({ length: 1003 }, (_, index) => index * 31);
    const first = await get(long);
    const shifted = new Uint8Array(long.length + 3);
    shifted.set(long, 3);
    expect(await get(new Uint8Array(long))).toBe(first);
    expect(await get(shifted.subarray(3))).toBe(first);
    expect(made()).toBe(1);
  });

  test("are made once for all who come meanwhile", async () => {
    const { get, made } = counting();
    const all = await Promise.all([get(bytes(1, 2)), get(bytes(1, 2)), get(bytes(2, 1)), get(bytes(1, 2))]);
    expect(all.map(({ contents }) => [...contents])).toEqual([
      [1, 2],
      [1, 2],
      [2, 1],
      [1, 2],
    ]);
    expect(new Set(all).size).toBe(2);
    expect(made()).toBe(2);
  });

  test("are made again where that failed for another", async () => {
    const { held } = counting();
    const contents = bytes(1);
    const fail = failureOf(held.get(contents, () => Promise.reject(new Error("out of time"))));
    const after = held.get(bytes(1), () => Promise.resolve({ contents }));
    expect(await fail).toHaveProperty("message", "out of time");
    expect(await after).toEqual({ contents });
  });
});

test("what differs in one byte is another, wherever that is", async () => {
  const { get, made } = counting();
  for (let length = 0; length < 12; length += 1) {
    const plain = await get(new Uint8Array(length));
    const others = Array.from({ length }, (_, at) => get(new Uint8Array(length).fill(1, at, at + 1)));
    expect(new Set([plain, ...(await Promise.all(others))]).size).toBe(length + 1);
  }
  expect(made()).toBe(78);
});

/** Collectors look at the stack, and may take what lies there for a reference. */
test("what nobody holds is collected", async () => {
  const { get, made } = counting();
  const references: WeakRef<Made>[] = [];
  for (let value = 0; value < 100; value += 1) references.push(new WeakRef(await get(bytes(value))));
  await new Promise((resolve) => setImmediate(resolve));
  Bun.gc(true);
  const collected = references.filter((reference) => reference.deref() === undefined).length;
  expect(collected).toBeGreaterThan(50);
  for (let value = 0; value < 100; value += 1) await get(bytes(value));
  expect(made()).toBeGreaterThan(150);
});
