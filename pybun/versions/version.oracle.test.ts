import { describe, expect, test } from "bun:test";
import { compare, explain } from "@renovatebot/pep440";
import { closeVersionText, samples, seed, versionLikeText, versionText } from "./testing/arbitraries.ts";
import { askPackaging } from "./testing/packaging-oracle.ts";
import { compareVersions, isPrerelease, parseVersion, tryParseVersion, versionKey } from "./version.ts";
import { isPrereleaseKey } from "./version-key.ts";
import { textOfKey } from "./version-key-text.ts";

const CASES = 6000;
const TIMEOUT_MS = 120_000;

function textByRenovate(text: string): string | undefined {
  const parts = explain(text.trim());
  if (parts === null) return undefined;
  return parts.local === null ? parts.public : `${parts.public}+${parts.local}`;
}

describe(`versions, seed ${seed}`, () => {
  test(
    "are read, refused and normalised as packaging does",
    async () => {
      const texts = samples(versionLikeText, CASES);
      const answers = await askPackaging<{ text: string; prerelease: boolean } | null>("version", texts);
      const ours = texts.map((text) => {
        const version = tryParseVersion(text);
        return version === undefined ? null : { text: version.text, prerelease: isPrerelease(version) };
      });
      expect(texts.map((text, i) => ({ text, answer: ours[i] }))).toEqual(
        texts.map((text, i) => ({ text, answer: answers[i] ?? null })),
      );
    },
    TIMEOUT_MS,
  );

  test(
    "are ordered by their keys as packaging orders them",
    async () => {
      const texts = [...samples(closeVersionText, CASES), ...samples(versionText, CASES)];
      const pairs = texts.map((text, i): [string, string] => [text, texts[(i * 7 + 1) % texts.length] ?? text]);
      const answers = await askPackaging<number>("order", pairs);
      const ours = pairs.map(([a, b]) => compareVersions(parseVersion(a), parseVersion(b)));
      expect(pairs.map((pair, i) => [...pair, ours[i]])).toEqual(pairs.map((pair, i) => [...pair, answers[i]]));
    },
    TIMEOUT_MS,
  );

  test("agree with @renovatebot/pep440 in text and order", () => {
    // That library holds numbers as doubles, so cases are those whose numbers fit.
    const texts = samples(versionText, CASES).filter((text) => !/\d{16}/.test(text));
    for (const [i, text] of texts.entries()) {
      expect({ text, normalised: textByRenovate(text) }).toEqual({ text, normalised: parseVersion(text).text });
      const other = texts[(i * 7 + 1) % texts.length] ?? text;
      const sign = compareVersions(parseVersion(text), parseVersion(other));
      expect({ text, other, sign: Math.sign(compare(text.trim(), other.trim())) }).toEqual({ text, other, sign });
    }
  });

  test("have the same key however it is made, and the key says all but spelling and trailing zeros", () => {
    for (const text of samples(versionText, CASES)) {
      const version = parseVersion(text);
      expect(versionKey(text)).toBe(version.key);
      expect(parseVersion(version.text)).toEqual(version);
      expect(versionKey(textOfKey(version.key))).toBe(version.key);
      expect({ text, pre: isPrereleaseKey(version.key) }).toEqual({ text, pre: isPrerelease(version) });
    }
  });
});
