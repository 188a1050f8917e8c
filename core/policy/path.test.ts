import { expect, test } from "bun:test";
import type { Platform } from "../paths.ts";
import { foldersAbove, isAbsolutePath, resolvePath } from "./path.ts";

const bases: Readonly<Record<Platform, string>> = { linux: "/srv/app", darwin: "/srv/app", win32: "C:\\work\\app" };
const resolve = (platform: Platform, text: string) => resolvePath(text, { base: bases[platform], platform });

test.each<[Platform, string, string]>([
  ["linux", ".", "/srv/app"],
  ["linux", "./data", "/srv/app/data"],
  ["linux", "data/", "/srv/app/data"],
  ["linux", "../data//x/./y/..", "/srv/data/x"],
  ["linux", "../../../../etc", "/etc"],
  ["linux", "/", "/"],
  ["linux", "//srv//x", "/srv/x"],
  ["linux", "/a/..b/...", "/a/..b/..."],
  ["linux", "C:\\x", "/srv/app/C:\\x"],
  ["darwin", "~/x", "/srv/app/~/x"],
  ["win32", ".", "C:\\work\\app"],
  ["win32", "data/x", "C:\\work\\app\\data\\x"],
  ["win32", "..\\..\\..\\x", "C:\\x"],
  ["win32", "\\x", "C:\\x"],
  ["win32", "/x/../y", "C:\\y"],
  ["win32", "d:/x", "D:\\x"],
  ["win32", "d:/", "D:\\"],
  ["win32", "\\\\server\\share", "\\\\server\\share"],
  ["win32", "//server/share/a/../../b", "\\\\server\\share\\b"],
])("%s '%s'", (platform, text, path) => {
  expect(resolve(platform, text)).toBe(path);
});

test("what is rooted is rooted where its base is", () => {
  expect(resolvePath("\\x", { base: "\\\\server\\share\\a", platform: "win32" })).toBe("\\\\server\\share\\x");
});

test.each<[Platform, string, string, number, number]>([
  ["linux", "", "is empty", 0, 1],
  ["linux", "a\0b", "holds a NUL character", 1, 2],
  ["win32", "C:x", "is relative to the current directory of its drive", 0, 2],
  ["win32", "C:", "is relative to the current directory of its drive", 0, 2],
  ["win32", "\\\\?\\C:\\x", "names a device, not a file", 0, 4],
  ["win32", "//./pipe/x", "names a device, not a file", 0, 4],
  ["win32", "\\\\server", "begins like a share, but names none", 0, 8],
  ["win32", "\\\\..\\share", "begins like a share, but names none", 0, 10],
  ["win32", "a\\.. \\b", "has a part of dots and blanks only", 2, 5],
  ["win32", "...", "has a part of dots and blanks only", 0, 3],
])("%s '%s' is at fault", (platform, text, reason, start, end) => {
  expect(resolve(platform, text)).toEqual({ reason, start, end });
});

test.each<[Platform, string, string[]]>([
  ["linux", "/", []],
  ["linux", "/a", ["/"]],
  ["linux", "/a/b/c", ["/a/b", "/a", "/"]],
  ["win32", "C:\\", []],
  ["win32", "C:\\a\\b", ["C:\\a", "C:\\"]],
  ["win32", "\\\\s\\t", []],
  ["win32", "\\\\s\\t\\a\\b", ["\\\\s\\t\\a", "\\\\s\\t"]],
])("%s: the folders above '%s'", (platform, path, folders) => {
  expect(foldersAbove(path, platform)).toEqual(folders);
});

test("what is absolute", () => {
  expect(["/a", "a", "C:\\a"].map((path) => isAbsolutePath(path, "linux"))).toEqual([true, false, false]);
  const windows = ["C:\\a", "c:/a", "C:a", "\\a", "\\\\s\\t", "\\\\s", "a"];
  expect(windows.map((path) => isAbsolutePath(path, "win32"))).toEqual([true, true, false, false, true, false, false]);
});
