import { describe, expect, test } from "bun:test";
import { formatRequirement } from "../versions/requirement.ts";
import { requirementsFor } from "./requirement-shelf.ts";

function linesFor(lines: readonly string[], extra?: string): readonly string[] {
  const found = requirementsFor(
    { name: "pkg", version: "1", requiresDist: lines, providesExtra: [], dynamic: [] },
    extra,
  );
  return "line" in found ? [`malformed: ${found.line}`] : found.map(formatRequirement);
}

describe("requirements of metadata", () => {
  const lines = [
    "always>=1",
    'sometimes; python_version < "4"',
    'wanted; extra == "Some_Thing"',
    "both; python_version < '4' and extra == 'some-thing'",
    'other; extra == "other"',
    'either; extra == "other" or python_version < "4"',
    'extra-in-name>=2; sys_platform == "linux"',
  ];

  test("without an extra leave out what an extra is demanded for", () => {
    const found = linesFor(lines);
    expect(found).toHaveLength(4);
    expect(found).toContain("always>=1");
    expect(found).toContain('extra-in-name>=2; sys_platform == "linux"');
  });

  test("of an extra are those that demand it, however it is spelled, and those that must be evaluated", () => {
    const names = linesFor(lines, "some-thing").map((line) => line.split(";")[0]);
    expect(names).toEqual(["wanted", "both", "either"]);
  });

  test.each([
    ["pkg>=1.9.*", "pkg>=1.9"],
    ["pkg>=1.0<2", "pkg<2,>=1.0"],
    ["pkg!=~5.0,>=4", "pkg!=5.0.*,>=4"],
    ["pkg (>=1,)", "pkg>=1"],
    ["pkg>= '2.7'", "pkg>=2.7"],
    ["pkg!=3.0*", "pkg!=3.0.*"],
    ['pkg>=1.9.*; python_version > "2"', 'pkg>=1.9; python_version > "2"'],
    ["pkg[x,y] >=1.0.*,!=1.3.*<2.*", "pkg[x,y]!=1.3.*,<2,>=1.0"],
    ["pkg>1!2.0!=1!2.5", "pkg!=1!2.5,>1!2.0"],
    ["pkg>dev", "pkg>0.dev0"],
    ["pkg>=22.1b0.0", "pkg>=22.1b0"],
    ["pkg==2.0*", "pkg==2.0.*"],
    ['pkg (>="1.0",<"2")', "pkg<2,>=1.0"],
    ["pkg >= 1.0 < 2 , ", "pkg<2,>=1.0"],
  ])("old spelling %s is read as %s", (line, meant) => {
    expect(linesFor([line])).toEqual([meant]);
  });

  test.each(["pkg >> 1", "pkg >=", "pkg 1.0", "pkg>=one", "pkg >=1 | <3", "pkg[x >=1.0<2", ">=1.0<2"])(
    "%s means nothing",
    (line) => expect(linesFor([line])).toEqual([`malformed: ${line}`]),
  );

  test.each([
    ['pkg; os_name ~= "posix"', "pkg"],
    ['pkg; "posix" ~= os_name', "pkg"],
    ['pkg>=1; python_version ~= "3"', "pkg>=1"],
    ['pkg; "3" == "4"', "pkg"],
    ["pkg; python_version == os_name", "pkg"],
    ['pkg; os_name ~= "posix" and python_version < "2"', 'pkg; python_version < "2"'],
    ['pkg; os_name ~= "posix" or python_version < "2"', 'pkg; python_version < "2"'],
    ['pkg; (os_name ~= "a" or "b" == "c") and python_version < "2"', 'pkg; python_version < "2"'],
    ['pkg; (os_name ~= "a") and ("b" == "c")', "pkg"],
    [
      'pkg; os_name == "a" or (os_name ~= "b" and (os_name == "c" or os_name == "d"))',
      'pkg; os_name == "a" or os_name == "c" or os_name == "d"',
    ],
    ['pkg; extra ~= "x"', "pkg"],
    ["pkg>=1.0<2; os_name ~= 'posix'", "pkg<2,>=1.0"],
  ])("of %s what means nothing is left out", (line, meant) => {
    expect(linesFor([line])).toEqual([meant]);
  });

  test.each(['pkg; os_name === "posix"', 'pkg; python_version === ""', 'pkg; os == "nt"', 'pkg; os_name == "nt'])(
    "%s is refused, as uv refuses it",
    (line) => expect(linesFor([line])).toEqual([`malformed: ${line}`]),
  );

  test("an extra is demanded beside what means nothing", () => {
    const line = 'pkg; os_name ~= "posix" and extra == "x"';
    expect([linesFor([line]), linesFor([line], "x")]).toEqual([[], ['pkg; extra == "x"']]);
  });

  test("what cannot be read is told, but only to who needs it", () => {
    expect(linesFor(["fine", 'broken >> 1; extra == "x"'])).toEqual(["fine"]);
    expect(linesFor(['broken >> 1; extra == "x"'], "x")).toEqual(['malformed: broken >> 1; extra == "x"']);
  });
});
