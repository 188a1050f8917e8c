import { expect, test } from "bun:test";
import { halfSipHash, randomHashKey } from "./half-siphash.ts";

const upTo = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);

test("the authors' own examples, of 2 and 4 rounds", () => {
  const key = { first: 0x03020100, second: 0x07060504 };
  const hashes = [0, 1, 2].map((length) => halfSipHash(upTo(length), key, { compression: 2, finalization: 4 }) >>> 0);
  expect(hashes).toEqual([0x5b9f35a9, 0xb85a4727, 0x03a662fa]);
});

test("every byte counts, and the length, wherever the bytes lie", () => {
  const key = randomHashKey();
  const hashes = new Set<number>();
  for (let length = 0; length < 40; length += 1) {
    const bytes = new Uint8Array(length);
    hashes.add(halfSipHash(bytes, key));
    for (let at = 0; at < length; at += 1) {
      const shifted = new Uint8Array(length + 1).subarray(1);
      shifted[at] = 0x80;
      hashes.add(halfSipHash(shifted, key));
    }
  }
  // Of 820 hashes of 32 bits two are the same once in 13,000 runs.
  expect(hashes.size).toBeGreaterThanOrEqual(819);
});

test("another key gives other hashes", () => {
  const keys = Array.from({ length: 50 }, () => halfSipHash(upTo(9), randomHashKey()));
  expect(new Set(keys).size).toBeGreaterThanOrEqual(49);
});
