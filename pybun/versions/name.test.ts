import { describe, expect, test } from "bun:test";
import { isValidName, normalizeName } from "./name.ts";
import { askPackaging } from "./testing/packaging-oracle.ts";

const NAMES = [
  "foo",
  "Foo",
  "FOO.bar",
  "foo_bar",
  "foo-._bar",
  "a--b",
  "zope.interface",
  "A",
  "9lives",
  "Ünïcode",
  "x__y-",
];

describe("names", () => {
  test.each([
    ["Friendly-Bard", "friendly-bard"],
    ["friendly.bard", "friendly-bard"],
    ["friendly_bard", "friendly-bard"],
    ["FrIeNdLy-._.-bArD", "friendly-bard"],
    ["friendly--bard", "friendly-bard"],
  ])("%j is normalised to %j (PEP 503)", (name, normalised) => {
    expect(normalizeName(name)).toBe(normalised);
    expect(normalizeName(normalised)).toBe(normalised);
  });

  test("are normalised as packaging does", async () => {
    expect(NAMES.map(normalizeName)).toEqual(await askPackaging<string>("name", NAMES));
  }, 60_000);

  test("begin and end with an ASCII letter or digit", () => {
    expect(["a", "A1", "a.b", "a-_-b", "9"].filter((name) => !isValidName(name))).toEqual([]);
    expect(["", "-a", "a_", "a b", "é", "a/b", "a\n"].filter(isValidName)).toEqual([]);
  });
});
