import { describe, expect, test } from "bun:test";
import {
  formatSpecifiers,
  namesPrerelease,
  parseSpecifiers,
  specifiersContain,
  tryParseSpecifiers,
} from "./specifier.ts";
import { faultOf } from "./testing/problem.ts";
import { parseVersion } from "./version.ts";

const admits = (specifiers: string, version: string, prereleases = true) =>
  specifiersContain(parseSpecifiers(specifiers), parseVersion(version), { prereleases });

describe("specifiersContain", () => {
  // Each line: specifiers, versions inside, versions outside.
  test.each([
    ["~=2.2", ["2.2", "2.9", "2.2.post3", "2.3a1"], ["2.1", "3", "3.0a1", "2.2rc1"]],
    ["~=1.4.5a4", ["1.4.5a4", "1.4.5", "1.4.9"], ["1.4.5a3", "1.5"]],
    ["~=2.2.0", ["2.2", "2.2.9"], ["2.3", "2.3.dev0"]],
    ["~=1!2.2", ["1!2.3"], ["2.3", "1!3"]],
    ["==1.1", ["1.1", "1.1.0", "1.1+local"], ["1.1.post1", "1.1a1", "1.1.1"]],
    ["==1.1+a", ["1.1+a", "1.1.0+A"], ["1.1", "1.1+b"]],
    ["==1.1.*", ["1.1", "1.1.post1", "1.1a1", "1.1.dev0", "1.1.9", "1.1+x"], ["1.10", "1.2", "1", "1.0.9"]],
    ["==1.0.*", ["1", "1.0.5", "1a1"], ["1.1", "0.9"]],
    ["!=1.1", ["1.1.post1", "1.1a1"], ["1.1", "1.1+local"]],
    ["!=1.1.*", ["1.2", "1.10"], ["1.1.post1", "1.1.dev0"]],
    [">=1.1", ["1.1", "1.1+a", "1.1.post1"], ["1.1rc1", "1.1.dev0"]],
    ["<=1.1", ["1.1", "1.1+a", "1.1rc1", "1"], ["1.1.post1", "1.1.0.1"]],
    [">1.7", ["1.7.1", "1.8.dev0", "1.7.0.1"], ["1.7.post1", "1.7+a", "1.7.0.post1", "1.7"]],
    [">1.7.post2", ["1.7.post3", "1.7.1"], ["1.7.post2", "1.7.post2+a", "1.7.post1"]],
    [">1.7a1", ["1.7a2", "1.7"], ["1.7a1.post1", "1.7a1+x"]],
    ["<1.7", ["1.6", "1.6.post9", "1.6+a"], ["1.7a1", "1.7.dev0", "1.7"]],
    ["<1.7rc1", ["1.7a1", "1.7.dev0", "1.7rc1.dev0"], ["1.7rc1", "1.7"]],
    ["<1.7.post1", ["1.7", "1.7+a", "1.7.post0"], ["1.7.post1", "1.7.post1.dev0"]],
    ["===1.1", ["1.1"], ["1.1+a", "1.1.post1"]],
    ["===1.1+UBUNTU", ["1.1+ubuntu"], ["1.1"]],
    ["===anything", [], ["1"]],
    [">=1,<2,!=1.5", ["1", "1.4", "1.5.1"], ["1.5", "2", "0.9"]],
    ["", ["1", "1.dev0"], []],
  ])("%s", (specifiers, inside, outside) => {
    expect(inside.filter((version) => !admits(specifiers, version))).toEqual([]);
    expect(outside.filter((version) => admits(specifiers, version))).toEqual([]);
  });

  test("admits no pre-release where none is wanted", () => {
    expect(admits(">=1", "2a1", false)).toBe(false);
    expect(admits(">=1", "2", false)).toBe(true);
  });
});

describe("parseSpecifiers", () => {
  test("reads blanks and empty clauses over, and prints clauses sorted", () => {
    expect(formatSpecifiers(parseSpecifiers(" >= 1.0 ,, <2.0RC1, ==3.* , "))).toBe("<2.0rc1,==3.*,>=1.0");
  });

  test.each([
    ["1.0", 1, "expected one of == != <= >= < > ~= ===, found '1'"],
    [">=", 3, "expected a version after '>=', found the end"],
    [">=1.0, <", 9, "expected a version after '<', found the end"],
    [">=1.0,<dev", 8, "'dev' is not a version"],
    [">=1.0 <2", 7, "expected ',' or the end, found '<'"],
    [">=1.*", 3, "'.*' may only follow == and !=, not >="],
    ["==1.0a1.*", 3, "'.*' may only follow a plain release number"],
    ["==1.0+a.*", 3, "'.*' may only follow a plain release number"],
    [">=1.0+a", 3, "a local version may only follow == and !=, not >="],
    ["~=1", 3, "~= needs at least two numbers, as in ~=1.4"],
    ["=1.0", 1, "expected one of == != <= >= < > ~= ===, found '='"],
    ["=>1.0", 1, "expected one of == != <= >= < > ~= ===, found '='"],
    [">=1.0;", 6, "expected ',' or the end, found ';'"],
    ["===", 4, "expected a version after '===', found the end"],
  ])("refuses %j with E_SPECIFIER_INVALID at column %i", (text, column, reason) => {
    expect(tryParseSpecifiers(text)).toBeUndefined();
    const fault = faultOf(() => parseSpecifiers(text));
    expect(fault).toMatchObject({ code: "E_SPECIFIER_INVALID", column });
    expect(fault.message).toBe(`cannot read the version specifier '${text}': ${reason} at column ${column}`);
  });
});

test("namesPrerelease sees a pre-release in every clause but an exclusion", () => {
  const names = (text: string) => parseSpecifiers(text).some(namesPrerelease);
  expect([">=1.0a1", "==2.dev0", "===1rc1", "<3b1"].every(names)).toBe(true);
  expect([">=1.0", "!=1.0a1", "==1.*", "===x"].some(names)).toBe(false);
});
