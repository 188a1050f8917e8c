import { describe, expect, test } from "bun:test";
import { evaluateMarker, formatMarker, type MarkerEnvironment, parseMarker } from "./marker.ts";
import { parseRequirement } from "./requirement.ts";
import { faultOf } from "./testing/problem.ts";

const environment: MarkerEnvironment = {
  os_name: "posix",
  sys_platform: "linux",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "5.15.0-101-generic",
  platform_system: "Linux",
  platform_version: "#1 SMP",
  python_version: "3.11",
  python_full_version: "3.11.4",
  implementation_name: "cpython",
  implementation_version: "3.11.4",
};
const holds = (text: string, ...extras: string[]) => evaluateMarker(parseMarker(text), environment, new Set(extras));

describe("evaluateMarker", () => {
  test("compares versions as versions, not as texts", () => {
    expect(holds("python_version > '3.9'")).toBe(true);
    expect(holds("python_version == '3.11.0'")).toBe(true);
    expect(holds("python_version ~= '3.8'")).toBe(true);
    expect(holds("python_full_version == '3.11.*'")).toBe(true);
    expect(holds("'3.9' < python_version")).toBe(true);
    expect(holds("python_version === '3.11'")).toBe(true);
    expect(holds("python_version === '3.11.0'")).toBe(false);
  });

  test("compares texts by equality and containment; texts have no order", () => {
    expect(holds("sys_platform == 'linux' and os_name != 'nt'")).toBe(true);
    expect(holds("'64' in platform_machine")).toBe(true);
    expect(holds("platform_machine not in 'arm64 aarch64'")).toBe(true);
    expect(holds("sys_platform < 'zzz'")).toBe(false);
    expect(holds("sys_platform >= 'linux'")).toBe(true);
    expect(holds("python_version in '3.10, 3.11'")).toBe(true);
  });

  test("finds that a release of a system that is no version satisfies no specifier", () => {
    expect(holds("platform_release >= '4'")).toBe(false);
    expect(holds("platform_release != '4'")).toBe(false);
    expect(holds("platform_release == '5.15.0-101-generic'")).toBe(true);
  });

  test("reads the version of an unreleased CPython", () => {
    const unreleased = { ...environment, python_full_version: "3.14.0a1+" };
    expect(evaluateMarker(parseMarker("python_full_version > '3.13'"), unreleased)).toBe(true);
  });

  test("knows extras as a set", () => {
    expect(holds("extra == 'Dev_Tools'", "dev-tools", "test")).toBe(true);
    expect(holds("extra != 'test'", "dev-tools", "test")).toBe(false);
    expect(holds("extra != 'doc'", "dev-tools", "test")).toBe(true);
    expect(holds("extra == 'test'")).toBe(false);
    expect(holds("extra == ''")).toBe(true);
    expect(holds("extra in 'test doc'", "test")).toBe(true);
    expect(holds("extra not in 'test doc'", "test")).toBe(false);
  });

  test("gives and precedence over or", () => {
    expect(holds("os_name == 'posix' or os_name == 'x' and os_name == 'y'")).toBe(true);
    expect(holds("(os_name == 'posix' or os_name == 'x') and os_name == 'y'")).toBe(false);
  });
});

describe("parseMarker", () => {
  test("makes a plain tree, chains flat", () => {
    const marker = parseMarker("os_name=='a' or (os_name=='b' or 'c' in os.name) and extra=='X_y'");
    expect(marker).toEqual({
      kind: "or",
      operands: [
        { kind: "compare", variable: "os_name", operator: "==", value: "a", reversed: false },
        {
          kind: "and",
          operands: [
            {
              kind: "or",
              operands: [
                { kind: "compare", variable: "os_name", operator: "==", value: "b", reversed: false },
                { kind: "compare", variable: "os_name", operator: "in", value: "c", reversed: true },
              ],
            },
            { kind: "compare", variable: "extra", operator: "==", value: "x-y", reversed: false },
          ],
        },
      ],
    });
    expect(formatMarker(marker)).toBe('os_name == "a" or (os_name == "b" or "c" in os_name) and extra == "x-y"');
  });

  test.each([
    ["", 1, "expected a marker variable or a quoted text, found the end"],
    ["os_name", 8, "expected one of == != <= >= < > ~= === in, not in, found the end"],
    ["os_name = 'nt'", 9, "expected one of == != <= >= < > ~= === in, not in, found '='"],
    ["os_name == nt", 12, "'nt' is not a marker variable"],
    ["os_name == 'nt", 12, "the quoted text is not closed by '"],
    ["os_name not 'nt'", 13, "expected 'in' after 'not', found an apostrophe"],
    ["os_name notin 'nt'", 9, "expected one of == != <= >= < > ~= === in, not in, found 'n'"],
    ["os_name == 'nt' xor os_name == 'a'", 17, "expected 'and', 'or' or the end, found 'x'"],
    ["os_name == 'nt' and and", 21, "'and' is not a marker variable"],
    ["()", 2, "expected a marker variable or a quoted text, found ')'"],
    ["((os_name == 'nt')", 19, "expected ')' for the '(' at column 1, found the end"],
    ["os_name == sys_platform", 1, "'os_name' and 'sys_platform' cannot be compared with each other"],
    ["os_name == 'a' or 'b' == 'c'", 19, "one side of a comparison must be a variable"],
    ["os_name ~= 'nt'", 9, "~= compares versions, and 'os_name' is none"],
    ["python_version ~= '3'", 16, "~= cannot be used with '3'"],
    ["python_version > '3' and platform.node == 'x'", 26, "'platform.node' is not a marker variable"],
  ])("refuses %j with E_MARKER_INVALID at column %i", (text, column, reason) => {
    expect(faultOf(() => parseMarker(text))).toMatchObject({
      code: "E_MARKER_INVALID",
      message: `cannot read the marker '${text}': ${reason} at column ${column}`,
      column,
    });
  });

  test("nests 64 deep, and no deeper: an index's text must not cost the stack", () => {
    const nested = (depth: number): string => `${"(".repeat(depth)}os_name == 'nt'${")".repeat(depth)}`;
    expect(formatMarker(parseMarker(nested(64)))).toBe('os_name == "nt"');
    expect(faultOf(() => parseMarker(nested(50_000)))).toMatchObject({ code: "E_MARKER_INVALID", column: 65 });
    expect(() => parseRequirement(`lib; ${nested(50_000)}`)).toThrow("E_REQUIREMENT_INVALID");
  });
});
