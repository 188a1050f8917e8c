import { describe, expect, test } from "bun:test";
import {
  anyVersion,
  complementRange,
  formatRange,
  intersectRanges,
  noVersion,
  rangeContains,
  rangeIsEmpty,
  rangeIsSubset,
  rangeOf,
  rangesEqual,
  uniteRanges,
} from "./range.ts";
import { parseSpecifiers } from "./specifier.ts";
import { specifiersToRange } from "./specifier-range.ts";
import { closeVersionText, samples, seed, specifiersText } from "./testing/arbitraries.ts";
import { parseVersion, versionKey } from "./version.ts";

const CASES = 3000;
const range = (text: string) => specifiersToRange(parseSpecifiers(text));

describe(`set operations are those of the sets of versions, seed ${seed}`, () => {
  const keys = [...new Set(samples(closeVersionText, 400).map((text) => versionKey(text) ?? ""))];
  const ranges = samples(specifiersText, CASES).map(range);
  const members = (r: readonly string[]) => keys.filter((key) => rangeContains(r, key));

  test("intersection, union, complement", () => {
    for (const [i, a] of ranges.entries()) {
      const b = ranges[(i * 5 + 3) % ranges.length] ?? anyVersion;
      const inA = new Set(members(a));
      const inB = new Set(members(b));
      expect(members(intersectRanges(a, b))).toEqual(keys.filter((key) => inA.has(key) && inB.has(key)));
      expect(members(uniteRanges(a, b))).toEqual(keys.filter((key) => inA.has(key) || inB.has(key)));
      expect(members(complementRange(a))).toEqual(keys.filter((key) => !inA.has(key)));
    }
  });

  test("the algebra holds on the cuts themselves", () => {
    for (const [i, a] of ranges.entries()) {
      const b = ranges[(i * 11 + 7) % ranges.length] ?? anyVersion;
      expect(rangesEqual(complementRange(complementRange(a)), a)).toBe(true);
      expect(rangesEqual(uniteRanges(a, complementRange(a)), anyVersion)).toBe(true);
      expect(rangeIsEmpty(intersectRanges(a, complementRange(a)))).toBe(true);
      const deMorgan = complementRange(uniteRanges(complementRange(a), complementRange(b)));
      expect(rangesEqual(intersectRanges(a, b), deMorgan)).toBe(true);
      expect(rangeIsSubset(intersectRanges(a, b), a)).toBe(true);
      expect(rangeIsSubset(a, uniteRanges(a, b))).toBe(true);
      expect(rangeIsSubset(a, b)).toBe(rangeIsEmpty(intersectRanges(a, complementRange(b))));
      expect(a.every((cut, n) => n === 0 || (a[n - 1] ?? "") < cut)).toBe(true);
    }
  });
});

test("rangeOf holds one version and nothing beside it", () => {
  const one = rangeOf(parseVersion("1.0"));
  expect(rangeContains(one, parseVersion("1.0.0").key)).toBe(true);
  expect(["1.0+a", "1.0.post0", "1.0rc1", "1.0.0.1"].some((text) => rangeContains(one, parseVersion(text).key))).toBe(
    false,
  );
  expect(rangeIsSubset(one, range("==1.0"))).toBe(true);
  expect(rangeIsSubset(range("==1.0"), one)).toBe(false);
});

describe("formatRange", () => {
  test.each([
    ["", "*"],
    [">=1.2", ">=1.2"],
    [">1.2", ">1.2"],
    ["<2", "<2"],
    ["<=2.5", "<=2.5"],
    ["<2rc1", "<2rc1"],
    ["<2.post1", "<2.post1"],
    [">=1.2,<2", ">=1.2,<2"],
    ["==1.5", "==1.5"],
    ["==1.5+local.1", "==1.5+local.1"],
    ["==1.4.*", "==1.4.*"],
    ["==1.0.*", "==1.0.*"],
    ["==1.99.*,<1.99.5", ">=1.99.dev0,<1.99.5"],
    ["~=1.4.2", ">=1.4.2,<1.5"],
    ["!=1.5", "!=1.5"],
    [">=1,<3,!=1.5,!=2.2", ">=1,<3,!=1.5,!=2.2"],
    ["!=1.5.*", "!=1.5.*"],
    ["!=1.5.*,>1,!=3", ">1,!=1.5.*,!=3"],
    [">1!2.post4", ">1!2.post4"],
    [">1.dev3", ">1.dev3"],
    [">=20240101123456", ">=20240101123456"],
    [">2,<1", "∅"],
    ["<0", "∅"],
    [">=0.dev0", "*"],
  ])("of %j is %j", (specifiers, text) => {
    expect(formatRange(range(specifiers))).toBe(text);
  });

  test("takes the spelling of a release from the caller", () => {
    const spelled = (key: string) => (key === parseVersion("2").key ? "2.0.0" : undefined);
    expect(formatRange(range("==2"), spelled)).toBe("==2.0.0");
    expect(formatRange(range(">=2"), spelled)).toBe(">=2.0.0");
  });

  test("of nothing is a sign of its own", () => {
    expect(formatRange(noVersion)).toBe("∅");
  });
});

test("a hundred thousand clauses take no time to speak of", () => {
  const cuts = range(Array.from({ length: 100_000 }, (_, i) => `!=${i}`).join(","));
  expect(cuts.length).toBe(200_002);
  expect(range("!=1,>=1,!=2,<4,!=3")).toEqual(range(">=1,<4,!=3,!=2,!=1"));
});
