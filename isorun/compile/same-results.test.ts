import { expect, test } from "bun:test";
import { randomFrom } from "./testing/random.ts";
import { compareRuns } from "./testing/random-runs.ts";

/** More on demand: one takes some 20 ms. */
const seedCount = Number(process.env.ISORUN_SEEDS ?? 100);

test(`${seedCount} random modules compute the same when metered, and pay for all that they run, in any slices`, () => {
  let fuel = 0n;
  let traps = 0;
  for (let seed = 1; seed <= seedCount; seed += 1) {
    const { differences, expected, metered } = compareRuns(() => randomFrom(seed), 50n);
    expect({ seed, differences }).toEqual({ seed, differences: [] });
    fuel += metered.fuel.reduce((sum, used) => sum + used, 0n);
    if (expected.includes("trap")) traps += 1;
  }
  expect(fuel).toBeGreaterThan(100n * BigInt(seedCount));
  expect(traps).toBeLessThan(seedCount / 2);
}, 60_000);
