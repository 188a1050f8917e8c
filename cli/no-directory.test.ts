import { describe, expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { nowhere } from "@vivarium/core/working-directory";
import { problemSomewhere, requireDirectory } from "./no-directory.ts";

describe("requireDirectory", () => {
  test("lets absolute paths and real directories pass", () => {
    requireDirectory("/a/b.py", nowhere);
    requireDirectory("b.py", "/a");
  });

  test("refuses a relative path in no directory", () => {
    expect(() => requireDirectory("b.py", nowhere)).toThrow("E_WORKING_DIRECTORY");
  });
});

describe("problemSomewhere", () => {
  const plain = new Problem("E_PLAIN", { path: "/a/b" });
  const below = new Problem("E_PLAIN", { cwd: nowhere, path: `${nowhere}/a/b.txt` });

  test("leaves problems of other places, and all of a real directory", () => {
    expect(problemSomewhere(plain, nowhere)).toBe(plain);
    expect(problemSomewhere(below, "/a")).toBe(below);
  });

  test.each([
    ["by its parameters", below, { wanted: "a/b.txt" }],
    ["of the directory itself", new Problem("E_PLAIN", { cwd: nowhere }), {}],
    ["by its cause", new Problem("E_PLAIN", {}, { cause: new Error(`ENOTDIR, open '${nowhere}/x'`) }), { wanted: "x" }],
    ["by a problem beneath", new Problem("E_PLAIN", {}, { cause: below }), { wanted: "a/b.txt" }],
  ])("is of no directory %s", (_, found, params) => {
    expect(problemSomewhere(found, nowhere)).toMatchObject({ code: "E_WORKING_DIRECTORY", params });
  });
});
