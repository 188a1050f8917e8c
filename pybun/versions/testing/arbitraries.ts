import { testSeed } from "@vivarium/core/testing/seed";
import fc from "fast-check";

/** The seed of this run's generated cases; it stands in the titles of the tests. */
export { testSeed as seed };

/** A number of generated cases, always the same for the same seed. */
export function samples<T>(arbitrary: fc.Arbitrary<T>, count: number): T[] {
  return fc.sample(arbitrary, { seed: testSeed, numRuns: count });
}

const number = fc.oneof(
  { weight: 12, arbitrary: fc.nat(3).map(String) },
  { weight: 4, arbitrary: fc.nat(130).map(String) },
  { weight: 1, arbitrary: fc.nat(30_000_000).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("00", "007", "20240101123456", "9007199254740993", "340282366920938463463374"),
  },
);

const separator = fc.constantFrom("", ".", "-", "_");
const release = fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
const epoch = fc.oneof({ weight: 8, arbitrary: fc.constant("") }, fc.constantFrom("0!", "1!", "12!"));

const suffix = (words: string[], numbers: fc.Arbitrary<string>) =>
  fc.tuple(separator, fc.constantFrom(...words), separator, numbers).map(([before, word, after, n]) => {
    return before + word + (n === "" ? "" : after) + n;
  });
const optional = (arbitrary: fc.Arbitrary<string>, weight = 2) =>
  fc.oneof({ weight, arbitrary: fc.constant("") }, { weight: 1, arbitrary });
const numberOrNone = fc.oneof({ weight: 3, arbitrary: number }, fc.constant(""));

const pre = optional(suffix(["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "RC", "Beta"], numberOrNone));
const post = optional(
  fc.oneof(
    suffix(["post", "rev", "r", "POST"], numberOrNone),
    number.map((n) => `-${n}`),
  ),
  3,
);
const dev = optional(suffix(["dev", "DEV"], numberOrNone), 3);
const segment = fc.oneof(number, fc.constantFrom("ubuntu", "a", "z9", "1a", "0abc", "Local", "cu118"));
const local = optional(
  fc
    .tuple(segment, fc.array(fc.tuple(fc.constantFrom(".", "-", "_"), segment), { maxLength: 2 }))
    .map(([first, rest]) => `+${first}${rest.flat().join("")}`),
  4,
);

/** The public part of a version in any spelling that PEP 440 permits, without a leading `v`. */
const publicVersionText = fc.tuple(epoch, release, pre, post, dev).map((parts) => parts.join(""));

/** A version in any spelling that PEP 440 permits. */
export const versionText = fc
  .tuple(optional(fc.constantFrom("v", "V", " ", "\t"), 9), publicVersionText, local, optional(fc.constant(" "), 9))
  .map((parts) => parts.join(""));

/** Versions, and texts that are nearly one. */
export const versionLikeText = fc.oneof(
  { weight: 6, arbitrary: versionText },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."0123.-_+!abcdevprost v*".split("")), maxLength: 10 }) },
);

/** Few distinct values with many relations between them: for cases where the pair matters, not the spelling. */
export const closeVersionText = fc
  .tuple(
    fc.constantFrom("", "", "", "", "1!"),
    fc.constantFrom("0", "1", "1.0", "1.0.0", "1.1", "1.0.1", "1.10", "2", "2.0", "0.0", "1.0.0.1", "80.99", "1.100"),
    fc.constantFrom("", "", "", "a0", "a1", "b1", "rc1"),
    fc.constantFrom("", "", "", ".post0", ".post1", ".post2"),
    fc.constantFrom("", "", "", ".dev0", ".dev1"),
    fc.constantFrom("", "", "", "", "+a", "+1", "+a.1", "+1.a", "+b", "+10"),
  )
  .map((parts) => parts.join(""));

/** One clause that PEP 440 permits. */
const specifierText = fc
  .tuple(
    fc.constantFrom("==", "!=", "<=", ">=", "<", ">", "~=", "==.*", "!=.*", "==="),
    closeVersionText,
    fc.constantFrom("", "", " "),
  )
  .map(([operator, version, blank]) => {
    const withoutLocal = version.replace(/\+.*/, "");
    const numbers = /^(?:\d+!)?[\d.]*\d/.exec(version)?.[0] ?? version;
    if (operator.endsWith(".*")) return `${operator.slice(0, 2)}${blank}${numbers}.*`;
    if (operator === "~=")
      return `~=${blank}${numbers.includes(".") ? withoutLocal : withoutLocal.replace(numbers, `${numbers}.0`)}`;
    return operator + blank + (operator === "==" || operator === "!=" || operator === "===" ? version : withoutLocal);
  });

/** Sets of up to three clauses. */
export const specifiersText = fc
  .array(specifierText, { minLength: 1, maxLength: 3 })
  .chain((clauses) => fc.constantFrom(",", ", ", " , ").map((comma) => clauses.join(comma)));
