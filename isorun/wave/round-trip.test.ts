import { expect, test } from "bun:test";
import { testSeed } from "@vivarium/core/testing/seed";
import fc from "fast-check";
import { formatWave } from "./format.ts";
import { parseArguments, parseInvocation, parseWave } from "./parse.ts";
import { typedValues } from "./testing/typed-values.ts";
import { func } from "./testing/types.ts";
import { WaveError } from "./wave-error.ts";

const runs = { seed: testSeed, numRuns: 4000 };

test(`what is written is read as the same value (seed ${testSeed})`, () => {
  fc.assert(
    fc.property(typedValues, ({ type, value }) => {
      expect(parseWave(formatWave(value, type), type)).toStrictEqual(value);
    }),
    runs,
  );
});

test(`what is written can be an argument (seed ${testSeed})`, () => {
  fc.assert(
    fc.property(typedValues, typedValues, (one, other) => {
      const text = `f(${formatWave(one.value, one.type)} // )\n, ${formatWave(other.value, other.type)},)`;
      const { arguments: range } = parseInvocation(text);
      expect(parseArguments(range, func({ one: one.type, other: other.type }))).toStrictEqual([one.value, other.value]);
    }),
    { ...runs, numRuns: 1000 },
  );
});

const wild = fc.array(
  fc.constantFrom(..."{}[](),:%\"'\\/-+.\n 01anesomk".split(""), "some(", "none", "ok", '"""', "//"),
  {
    maxLength: 12,
  },
);

test(`any text is a value or an error with a place in it (seed ${testSeed})`, () => {
  fc.assert(
    fc.property(typedValues, wild, fc.nat(), ({ type, value }, parts, place) => {
      const text = formatWave(value, type);
      const at = place % (text.length + 1);
      const spoiled = text.slice(0, at) + parts.join("") + text.slice(at + (place % 3));
      try {
        parseWave(spoiled, type);
      } catch (error) {
        if (!(error instanceof WaveError)) throw error;
        expect(error.offset).toBeGreaterThanOrEqual(0);
        expect(error.offset).toBeLessThanOrEqual(spoiled.length);
      }
    }),
    runs,
  );
});
