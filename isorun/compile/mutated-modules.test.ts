import { expect, test } from "bun:test";
import { decodeCoreModule } from "../core-module/core-module.ts";
import { DecodeError, UnsupportedError, ValidationError } from "../errors/errors.ts";
import { rewriteCoreModule } from "./rewrite-module.ts";
import { type Random, randomFrom } from "./testing/random.ts";
import { randomModule } from "./testing/random-module.ts";

/** More on demand, and by `npm run fuzz -- --kind rewrite`. */
const seedCount = Number(process.env.ISORUN_SEEDS ?? 16);

const mutationsPerModule = 50;

function mutated(source: Uint8Array, random: Random): Uint8Array {
  const bytes = source.slice();
  for (let count = 1 + random(3); count > 0; count -= 1) {
    const at = 8 + random(bytes.length - 8);
    bytes[at] = random(2) === 0 ? random(256) : (bytes[at] ?? 0) ^ (1 << random(8));
  }
  return random(10) === 0 ? bytes.subarray(0, 8 + random(bytes.length - 8)) : bytes;
}

function rewritten(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return rewriteCoreModule(decodeCoreModule(bytes), { fuel: true, growth: true, callDepth: true }).bytes;
  } catch (error) {
    if (error instanceof DecodeError || error instanceof ValidationError || error instanceof UnsupportedError) return;
    throw error;
  }
}

test(`modules that were broken at random: ${seedCount} seeds`, () => {
  const counts = { valid: 0, refused: 0, passed: 0 };
  for (let seed = 1; seed <= seedCount; seed += 1) {
    const random = randomFrom(seed * 7919);
    const source = randomModule(random);
    for (let count = 0; count < mutationsPerModule; count += 1) {
      const bytes = mutated(source, random);
      const isValid = WebAssembly.validate(bytes.slice());
      const result = rewritten(bytes);
      const isResultValid = result !== undefined && WebAssembly.validate(result.slice());
      // What is invalid does not become valid by what is appended. The pass may refuse more: JavaScriptCore passes over
      // some labels and types in code that is never reached.
      const isSame = result === undefined || isResultValid === isValid;
      expect({ seed, count, isSame }).toEqual({ seed, count, isSame: true });
      counts[isValid ? "valid" : result === undefined ? "refused" : "passed"] += 1;
    }
  }
  expect(Math.min(counts.valid, counts.refused, counts.passed)).toBeGreaterThan(seedCount);
});
