import { expect, test } from "bun:test";
import { randomFrom, randomModule } from "./testing/random-module.ts";
import { type Exports, instantiate, runMetered } from "./testing/run-metered.ts";

/** More on demand: one takes about 15 ms. */
const seedCount = Number(process.env.ISORUN_SEEDS ?? 100);

const hostOf = () => {
  const shared = new WebAssembly.Global({ value: "i32", mutable: true }, 5);
  return { host: { mix: (one: number, other: number) => (one * 31 + other) | 0, shared } };
};

/** What a module computes, with what it leaves behind; traps are a result too. */
function resultsOf(exports: Exports, host: ReturnType<typeof hostOf>): unknown[] {
  const results = ["f0", "f1", "f2", "f3"].flatMap((name) =>
    [3, -7].map((argument) => {
      try {
        return exports[name]?.(argument, 11);
      } catch (error) {
        return error instanceof WebAssembly.RuntimeError ? "trap" : String(error);
      }
    }),
  );
  return [...results, (exports.state as unknown as WebAssembly.Global).value, host.host.shared.value];
}

function meteredResults(source: Uint8Array, sliceFuel?: bigint) {
  const host = hostOf();
  const slices = sliceFuel === undefined ? {} : { sliceFuel, onSlice: () => undefined };
  const rewrite = { fuel: true, growth: true, callDepth: true };
  const run = runMetered(source, { imports: host, rewrite, ...slices });
  // A trap leaves the depth where it was.
  const reset = (name: string) => (one: unknown, other: unknown) => {
    run.meter.callDepthLeft = 1_000_000;
    return run.exports[name]?.(one, other);
  };
  const { f0, f1, f2, f3 } = { f0: reset("f0"), f1: reset("f1"), f2: reset("f2"), f3: reset("f3") };
  const results = resultsOf({ ...run.exports, f0, f1, f2, f3 }, host);
  return { results, fuel: run.meter.fuelUsed, memoryBytes: run.meter.memoryBytes };
}

test(`${seedCount} random modules compute the same when metered, with the same fuel in any slices`, () => {
  let valid = 0;
  let fuel = 0n;
  for (let seed = 1; seed <= seedCount; seed += 1) {
    const source = randomModule(randomFrom(seed));
    if (!WebAssembly.validate(source.slice())) continue;
    valid += 1;
    const host = hostOf();
    const expected = resultsOf(instantiate(source, host), host);
    const metered = meteredResults(source);
    expect({ seed, results: metered.results }).toEqual({ seed, results: expected });
    expect({ seed, ...meteredResults(source, 50n) }).toEqual({ seed, ...metered });
    fuel += metered.fuel;
  }
  expect(valid).toBe(seedCount);
  expect(fuel).toBeGreaterThan(100n * BigInt(seedCount));
}, 60_000);
