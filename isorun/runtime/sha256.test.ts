import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { hashOf, sha256 } from "./sha256.ts";

const hashOfOthers = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("the published example", () => {
  expect(sha256(new TextEncoder().encode("abc"))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

test("every length around the ends of blocks, from within a buffer", () => {
  const all = Uint8Array.from({ length: 400 }, (_, index) => (index * 167 + 13) % 256);
  for (let length = 0; length < 200; length += 1) {
    const bytes = all.subarray(3, 3 + length);
    expect([sha256(bytes), hashOf(bytes)]).toEqual([hashOfOthers(bytes), hashOfOthers(bytes)]);
  }
});
