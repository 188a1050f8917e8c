import { expect, test } from "bun:test";
import { describeWheelTargets, newestPython } from "./wheel-targets.ts";

test("tags of Pythons are told as versions, by implementation, and long lists end", () => {
  const words = (pythons: readonly string[], platforms: readonly string[] = []) =>
    describeWheelTargets({ pythons, platforms });
  expect(words(["cp310-cp310", "cp27-cp27m", "cp27-cp27mu", "cp39-cp39"])).toBe("CPython 2.7, 3.9 and 3.10");
  expect(words(["cp313-cp313t", "cp37-abi3", "pp39-pypy39_pp73"])).toBe("CPython 3.7+ and 3.13t, for PyPy 3.9");
  expect(words(["py2-none"])).toBe("Python 2");
  expect(words(["graalpy311-none", "odd"])).toBe("graalpy 3.11, for odd");
  expect(words([], ["macosx_11_0_arm64", "win_amd64"])).toBe("macosx_11_0_arm64 and win_amd64");
  const minors = Array.from({ length: 11 }, (_, minor) => `cp3${minor}-cp3${minor}`);
  expect(words(minors)).toBe("CPython 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7 and 3 more");
});

test("the newest CPython that a wheel is for", () => {
  expect(newestPython({ pythons: ["cp39-cp39", "cp310-cp310", "pp311-x", "cp313-cp313t"], platforms: [] })).toBe(
    "3.10",
  );
  expect(newestPython({ pythons: ["py2-none"], platforms: [] })).toBeUndefined();
});
