import { describe, expect, test } from "bun:test";
import { parseSdistFilename, tryParseSdistFilename } from "./sdist-filename.ts";
import { diagnosticOf } from "./testing/problem.ts";
import { compareBuildTags, parseWheelFilename, tryParseWheelFilename } from "./wheel-filename.ts";

describe("parseWheelFilename", () => {
  test("answers name, version, build and each tag of the compressed set", () => {
    const wheel = parseWheelFilename("Foo_Bar-1.0.0rc1-2b-py2.py3-none-manylinux1_x86_64.any.whl");
    expect(wheel).toMatchObject({ name: "foo-bar", version: { text: "1.0.0rc1" }, build: { number: 2, suffix: "b" } });
    expect(wheel.tags).toEqual([
      "py2-none-manylinux1_x86_64",
      "py2-none-any",
      "py3-none-manylinux1_x86_64",
      "py3-none-any",
    ]);
    expect("build" in parseWheelFilename("a-1-py3-none-any.whl")).toBe(false);
  });

  test.each([
    ["a-1-py3-none-any.zip", "it does not end with '.whl'"],
    ["a-1-py3-none.whl", "it has 4 parts between dashes, where five or six must be"],
    ["a-b-c-1-py3-none-any.whl", "it has 7 parts between dashes, where five or six must be"],
    ["a__b-1-py3-none-any.whl", "'a__b' is not an escaped project name"],
    ["-1-py3-none-any.whl", "'' is not an escaped project name"],
    ["a-x-py3-none-any.whl", "'x' is not a version"],
    ["a-1-b1-py3-none-any.whl", "the build tag 'b1' does not begin with a digit"],
    ["a-1-3py-none-any.whl", "'3py' is not a Python tag"],
    ["a-1-py3-none-any..whl", "a tag is empty"],
    ["a-1-py3-none-any (1).whl", "'any (1)' is not a tag"],
    ["a-1-py3-none-any[x.whl", "'any[x' is not a tag"],
  ])("refuses %j with E_WHEEL_FILENAME", (filename, reason) => {
    expect(tryParseWheelFilename(filename)).toBeUndefined();
    const { code, message } = diagnosticOf(() => parseWheelFilename(filename));
    expect({ code, message }).toEqual({
      code: "E_WHEEL_FILENAME",
      message: `cannot read the wheel file name '${filename}': ${reason}`,
    });
  });
});

test("build tags sort by number, then text, after none (PEP 427)", () => {
  const ascending = [undefined, { number: 1, suffix: "" }, { number: 1, suffix: "a" }, { number: 10, suffix: "" }];
  expect(ascending.toReversed().sort(compareBuildTags)[1]).toEqual({ number: 1, suffix: "a" });
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) expect(Math.sign(compareBuildTags(a, b))).toBe(Math.sign(i - j));
  }
});

describe("parseSdistFilename", () => {
  test.each([
    ["foo_bar-1.0.tar.gz", undefined, "foo-bar", "1.0"],
    ["foo-bar-1.0.tar.gz", undefined, "foo-bar", "1.0"],
    ["Foo.Bar-1.0.zip", undefined, "foo-bar", "1.0"],
    ["foo-1.0-1.tar.gz", "foo", "foo", "1.0.post1"],
    ["foo-bar-1.0-rc1.tar.gz", "Foo_Bar", "foo-bar", "1.0rc1"],
    ["foo-2-3.0.tar.bz2", "foo-2", "foo-2", "3.0"],
    ["foo-1.0.tgz", "foo", "foo", "1.0"],
    ["foo-1.0.tbz", "foo", "foo", "1.0"],
    ["foo-1.0.tar.lzma", "foo", "foo", "1.0"],
  ])("reads %j of project %j", (filename, name, expected, version) => {
    const sdist = parseSdistFilename(filename, name === undefined ? {} : { name });
    expect({ name: sdist.name, version: sdist.version.text }).toEqual({ name: expected, version });
  });

  test.each([
    [
      "foo-1.0.exe",
      undefined,
      "it does not end with .tar.gz, .zip, .tgz, .tar.bz2, .tar.xz, .tbz, .txz, .tar.lzma, .tar.lz, .tlz, .tar",
    ],
    ["foo.tar.gz", undefined, "it has no dash before a version"],
    ["-1.0.tar.gz", undefined, "it has no project name"],
    ["foo-x.tar.gz", undefined, "'x' is not a version"],
    ["bar-1.0.tar.gz", "foo", "it is not one of 'foo'"],
  ])("refuses %j of project %j with E_SDIST_FILENAME", (filename, name, reason) => {
    const options = name === undefined ? {} : { name };
    expect(tryParseSdistFilename(filename, options)).toBeUndefined();
    const { code, message } = diagnosticOf(() => parseSdistFilename(filename, options));
    expect({ code, message }).toEqual({
      code: "E_SDIST_FILENAME",
      message: `cannot read the source distribution file name '${filename}': ${reason}`,
    });
  });
});
