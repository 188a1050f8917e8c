import { expect, test } from "bun:test";
import { describeWheelTargets, newestPython } from "./wheel-targets.ts";

const linux = ["cp311-cp311-linux_x86_64", "cp311-cp311-manylinux_2_35_x86_64"];

test("tags of Pythons are told as versions, by implementation, and of long lists the oldest are left out", () => {
  const words = (pythons: readonly string[], platforms: readonly string[] = []) =>
    describeWheelTargets({ pythons, platforms }, []).replace("its wheels are for ", "");
  expect(words(["cp310-cp310", "cp27-cp27m", "cp27-cp27mu", "cp39-cp39"])).toBe("CPython 2.7, 3.9 and 3.10");
  expect(words(["cp313-cp313t", "cp37-abi3", "pp39-pypy39_pp73"])).toBe("CPython 3.7+ and 3.13t, for PyPy 3.9");
  expect(words(["py2-none"])).toBe("Python 2");
  expect(words(["graalpy311-none", "odd"])).toBe("graalpy 3.11, for odd");
  expect(words([], ["macosx_11_0_arm64", "win_amd64"])).toBe("macosx_11_0_arm64 and win_amd64");
  const minors = Array.from({ length: 11 }, (_, minor) => `cp3${minor}-cp3${minor}`);
  expect(words(minors)).toBe("CPython 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, 3.9, 3.10 and 3 older");
});

test("Pythons are told of wheels for the target's platform, and platforms of wheels for its Python", () => {
  const pythons = ["cp38-cp38", "cp39-cp39"];
  const platforms = ["win32", "win_amd64"];
  expect(describeWheelTargets({ pythons, platforms: [] }, linux)).toBe(
    "its wheels for linux x86_64 are for CPython 3.8 and 3.9, none for CPython 3.11",
  );
  expect(describeWheelTargets({ pythons: [], platforms }, linux)).toBe(
    "its wheels for CPython 3.11 are for win32 and win_amd64, none for linux x86_64",
  );
  expect(describeWheelTargets({ pythons, platforms }, linux)).toBe(
    "its wheels for linux x86_64 are for CPython 3.8 and 3.9, those for CPython 3.11 are for win32 and win_amd64",
  );
  expect(describeWheelTargets({ pythons, platforms, fits: "neither" }, linux)).toBe(
    "its wheels are for CPython 3.8 and 3.9, for win32 and win_amd64, none for CPython 3.11 or linux x86_64",
  );
});

test("a target is named, with the C library or version of the system that keeps a wheel from it", () => {
  const targetIn = (platforms: readonly string[], tags: readonly string[]) =>
    describeWheelTargets({ pythons: [], platforms }, tags).replace(/^its wheels for (.*) are for .*, none for /, "$1 ");
  expect(targetIn(["manylinux_2_39_aarch64"], linux)).toBe("CPython 3.11 linux x86_64");
  expect(targetIn(["manylinux_2_39_x86_64"], linux)).toBe("CPython 3.11 linux x86_64 with glibc 2.35");
  const musl = ["cp39-cp39-linux_aarch64", "cp39-cp39-musllinux_1_2_aarch64"];
  expect(targetIn(["win32"], musl)).toBe("CPython 3.9 linux aarch64 with musl 1.2");
  expect(targetIn(["win32"], ["cp313-cp313t-macosx_13_0_arm64"])).toBe("CPython 3.13t macOS 13.0 arm64");
  for (const [tag, name] of Object.entries({ win_amd64: "x86_64", win32: "x86", win_arm64: "arm64" })) {
    expect(targetIn(["linux_x86_64"], [`cp39-cp39-${tag}`])).toBe(`CPython 3.9 Windows ${name}`);
  }
});

test("of many platforms those nearest to the target are told first", () => {
  const platforms = ["linux_x86_64", "macosx_10_9_x86_64", "macosx_14_0_arm64", "manylinux1_i686"];
  const others = ["manylinux1_x86_64", "musllinux_1_2_x86_64", "win32", "win_amd64", "win_arm64"];
  const target = ["cp311-cp311-macosx_13_0_arm64"];
  expect(describeWheelTargets({ pythons: [], platforms: [...platforms, ...others] }, target)).toBe(
    "its wheels for CPython 3.11 are for macosx_14_0_arm64, macosx_10_9_x86_64, linux_x86_64, manylinux1_i686, " +
      "manylinux1_x86_64, musllinux_1_2_x86_64, win32, win_amd64 and 1 more, none for macOS 13.0 arm64",
  );
});

test("the newest CPython that a wheel is for", () => {
  expect(newestPython({ pythons: ["cp39-cp39", "cp310-cp310", "pp311-x", "cp313-cp313t"], platforms: [] })).toBe(
    "3.10",
  );
  expect(newestPython({ pythons: ["cp310-cp310"], platforms: ["win32"], fits: "neither" })).toBeUndefined();
  expect(newestPython({ pythons: ["py2-none"], platforms: [] })).toBeUndefined();
});
