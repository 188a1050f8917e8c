import { describe, expect, test } from "bun:test";
import { diagnosticOf } from "./testing/problem.ts";
import { compareVersions, formatVersion, isPrerelease, parseVersion, tryParseVersion } from "./version.ts";

describe("parseVersion", () => {
  test.each([
    ["1.0", "1.0"],
    ["v1.0", "1.0"],
    [" 1.0\n", "1.0"],
    ["01.002.0", "1.2.0"],
    ["1.1RC1", "1.1rc1"],
    ["1.1-alpha_2", "1.1a2"],
    ["1.0preview", "1.0rc0"],
    ["1.2.post-2", "1.2.post2"],
    ["1.0-1", "1.0.post1"],
    ["1.0-r4", "1.0.post4"],
    ["1.2dev", "1.2.dev0"],
    ["0!1.0", "1.0"],
    ["2!1.0", "2!1.0"],
    ["1.0+Ubuntu-01", "1.0+ubuntu.1"],
    ["1.0a1.post2.dev3+4.x", "1.0a1.post2.dev3+4.x"],
    ["20240101123456789012", "20240101123456789012"],
  ])("normalises %j to %j", (text, normalised) => {
    expect(formatVersion(parseVersion(text))).toBe(normalised);
  });

  test("answers all parts of a version", () => {
    expect(parseVersion("1!2.0c3.post4.dev5+Abc.06")).toMatchObject({
      epoch: 1,
      release: [2, 0],
      pre: ["rc", 3],
      post: 4,
      dev: 5,
      local: ["abc", 6],
    });
    expect(parseVersion("1.10.0")).toMatchObject({ text: "1.10.0", epoch: 0, release: [1, 10, 0] });
  });

  test.each(["", "x", "1.", ".1", "1..0", "1.0.*", "1.0+", "1.0+a_", "1.0 1", "1_0", "1.0-", "1.0dev1a", "１.０"])(
    "refuses %j with E_VERSION_INVALID",
    (text) => {
      expect(tryParseVersion(text)).toBeUndefined();
      const { code, message } = diagnosticOf(() => parseVersion(text));
      expect({ code, message }).toEqual({ code: "E_VERSION_INVALID", message: `cannot read the version '${text}'` });
    },
  );
});

describe("compareVersions", () => {
  // PEP 440 "Summary of permitted suffixes and relative ordering", with epochs, local labels and long numbers added.
  const ascending = [
    "0.dev0",
    "0",
    "1.dev0",
    "1.0.dev456",
    "1.0a1.dev1",
    "1.0a1",
    "1.0a2.dev456",
    "1.0a12.dev456",
    "1.0a12",
    "1.0b1.dev456",
    "1.0b2",
    "1.0b2.post345.dev456",
    "1.0b2.post345",
    "1.0rc1.dev456",
    "1.0rc1",
    "1.0",
    "1.0+abc.5",
    "1.0+abc.7",
    "1.0+5",
    "1.0+5.0",
    "1.0.post456.dev34",
    "1.0.post456",
    "1.0.15",
    "1.1.dev1",
    "1.9",
    "1.10",
    "1.79",
    "1.80",
    "1.99",
    "1.100",
    "1.9999999",
    "1.10000000",
    "1.9007199254740992",
    "1.9007199254740993",
    "1.99999999999999999999",
    "2",
    "1!0.1",
    "80!0",
  ];

  test("orders as PEP 440 lists", () => {
    const versions = ascending.map(parseVersion);
    expect(versions.toReversed().sort(compareVersions).map(formatVersion)).toEqual(ascending);
    for (const [i, version] of versions.entries()) {
      for (const [j, other] of versions.entries()) expect(compareVersions(version, other)).toBe(Math.sign(i - j));
    }
  });

  test("holds trailing zeros and spellings for equal", () => {
    for (const [a, b] of [
      ["1", "1.0.0"],
      ["1.0.0a1", "1-ALPHA.1"],
      ["0", "0.0"],
      ["1.0+A.1", "1+a-01"],
    ] as const) {
      expect(parseVersion(a).key).toBe(parseVersion(b).key);
    }
  });
});

test("isPrerelease holds for pre- and dev releases only", () => {
  expect(["1.0a1", "1.0rc1.post1", "1.dev0", "1.0.post1.dev2"].map((text) => isPrerelease(parseVersion(text)))).toEqual(
    [true, true, true, true],
  );
  expect(["1.0", "1.0.post1", "1.0+a1.dev1"].some((text) => isPrerelease(parseVersion(text)))).toBe(false);
});
