import { expect, test } from "bun:test";
import { testSeed } from "@vivarium/core/testing/seed";
import fc from "fast-check";
import { roundToF32 } from "./round-f32.ts";

const least = 2 ** -149;
const most = (2 - 2 ** -23) * 2 ** 127;

test.each([
  ["1.000000059604644775390625", 1],
  ["1.0000000596046447753906249", 1],
  ["1.0000000596046447753906251", 1 + 2 ** -23],
  ["-1.0000000596046447753906251", -1 - 2 ** -23],
  [`1.000000059604644775390625${"0".repeat(300)}1`, 1 + 2 ** -23],
  ["1000000059604644775390625.1e-24", 1 + 2 ** -23],
  ["16777217", 16_777_216],
  ["16777217.00000000000000001", 16_777_218],
  ["340282356779733661637539395458142568448", Infinity],
  ["340282356779733661637539395458142568447", most],
  ["3.4028235677973367e38", Infinity],
  ["7.006492321624085e-46", 0],
  ["7.006492321624086e-46", least],
  ["0", 0],
  ["-0", -0],
  ["1e-999", 0],
  ["1e999", Infinity],
])("%s", (text, value) => {
  expect(roundToF32(text)).toBe(value);
});

test(`a number just beside the middle of two goes to the nearer one (seed ${testSeed})`, () => {
  const bits = fc.integer({ min: 0x4180_0000, max: 0x4b00_0000 });
  fc.assert(
    fc.property(bits, (low) => {
      const pair = new Float32Array(Uint32Array.of(low, low + 1).buffer);
      const [below = 0, above = 0] = pair;
      const middle = ((below + above) / 2).toFixed(20);
      expect(roundToF32(`${middle}0000001`)).toBe(above);
      expect(roundToF32(middle)).toBe(Math.fround(Number(middle)));
    }),
    { seed: testSeed, numRuns: 2000 },
  );
});
