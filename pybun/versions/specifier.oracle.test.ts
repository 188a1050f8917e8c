import { describe, expect, test } from "bun:test";
import { satisfies } from "@renovatebot/pep440";
import fc from "fast-check";
import { rangeContains } from "./range.ts";
import { formatSpecifiers, parseSpecifiers, specifiersContain, tryParseSpecifiers } from "./specifier.ts";
import { specifiersToRange } from "./specifier-range.ts";
import {
  closeVersionText,
  samples,
  seed,
  specifiersText,
  versionLikeText,
  versionText,
} from "./testing/arbitraries.ts";
import { askPackaging } from "./testing/packaging-oracle.ts";
import { parseVersion } from "./version.ts";

const CASES = 12_000;
const TIMEOUT_MS = 120_000;

/** Neighbours of the version that a clause names are where operators differ. */
const contains = fc.tuple(specifiersText, closeVersionText, fc.constantFrom(true, false, null));

/** `===` asks for a spelling, which keys do not tell apart: 1.0 and 1.0.0 have one. */
function isOtherSpelling(specifiers: string, version: string): boolean {
  const { key, text } = parseVersion(version);
  return parseSpecifiers(specifiers).some(
    (s) => s.kind === "arbitrary" && s.text.toLowerCase() !== text && parseVersion(s.text).key === key,
  );
}

describe(`specifiers, seed ${seed}`, () => {
  test(
    "contain what packaging says",
    async () => {
      const cases = samples(contains, CASES);
      const answers = await askPackaging<boolean>("contains", cases);
      const ours = cases.map(([specifiers, version, prereleases]) =>
        specifiersContain(
          parseSpecifiers(specifiers),
          parseVersion(version),
          prereleases === null ? {} : { prereleases },
        ),
      );
      expect(cases.map((c, i) => [...c, ours[i]])).toEqual(cases.map((c, i) => [...c, answers[i]]));
    },
    TIMEOUT_MS,
  );

  test("are the same as their range of keys", () => {
    for (const [text, candidate] of samples(contains, CASES)) {
      if (isOtherSpelling(text, candidate)) continue;
      const specifiers = parseSpecifiers(text);
      const version = parseVersion(candidate);
      const inside = rangeContains(specifiersToRange(specifiers), version.key);
      expect({ text, candidate, inside }).toEqual({
        text,
        candidate,
        inside: specifiersContain(specifiers, version, { prereleases: true }),
      });
    }
  });

  test("contain what @renovatebot/pep440 says, among final releases", () => {
    // It places epochs, pre-, post, dev and local versions at bounds otherwise than packaging, and does not pad 0.1 with
    // zeros before it asks for ==0.1.0.*; packaging is followed, so here candidates are final and long enough.
    const numbers = (minLength: number) =>
      fc.array(fc.nat(3), { minLength, maxLength: 4 }).map((parts) => parts.join("."));
    const final = numbers(2);
    const clause = fc
      .tuple(fc.constantFrom("==", "!=", "<=", ">=", "<", ">", "~="), final)
      .map((parts) => parts.join(""));
    const prefix = fc.tuple(fc.constantFrom("==", "!="), final).map(([operator, version]) => `${operator}${version}.*`);
    const clauses = fc.array(fc.oneof({ weight: 4, arbitrary: clause }, prefix), { minLength: 1, maxLength: 3 });
    for (const [list, candidate] of samples(fc.tuple(clauses, numbers(4)), CASES)) {
      const text = list.join(",");
      const ours = specifiersContain(parseSpecifiers(text), parseVersion(candidate));
      expect({ text, candidate, ours }).toEqual({ text, candidate, ours: satisfies(candidate, text) });
    }
  });

  test(
    "are read and refused as packaging does",
    async () => {
      const operators = fc.constantFrom("==", "!=", "<=", ">=", "<", ">", "~=", "=", "=>", "", "~", "!");
      const ending = fc.constantFrom("", "", "", ".*", ",", " ", ";", ")");
      const clause = fc.tuple(operators, fc.oneof(versionText, versionLikeText), ending).map((parts) => parts.join(""));
      const texts = samples(
        fc.array(clause, { maxLength: 2 }).map((clauses) => clauses.join(",")),
        CASES,
      );
      const answers = await askPackaging<string | null>("specifiers", texts);
      const refused = (text: string, is: boolean) => ({ text, refused: is });
      expect(texts.map((text) => refused(text, tryParseSpecifiers(text) === undefined))).toEqual(
        texts.map((text, i) => refused(text, answers[i] === null)),
      );
      const accepted = texts.filter((_, i) => answers[i] !== null);
      const pairs = accepted.map((text) => [text, formatSpecifiers(parseSpecifiers(text))]);
      const same = await askPackaging<boolean>("same_specifiers", pairs);
      expect(pairs.filter((_, i) => same[i] !== true)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
