import { expect, test } from "bun:test";
import { replayWords } from "./testing/replay-words.ts";
import { resolveUniverse } from "./testing/resolve-universe.ts";
import { describeWheelTargets, newestPython } from "./wheel-targets.ts";

test("tags of Pythons are told as versions, by implementation, and long lists end", () => {
  const words = (pythons: readonly string[], platforms: readonly string[] = []) =>
    describeWheelTargets({ pythons, platforms });
  expect(words(["cp310-cp310", "cp27-cp27m", "cp27-cp27mu", "cp39-cp39"])).toBe("CPython 2.7, 3.9 and 3.10");
  expect(words(["cp313-cp313t", "cp37-abi3", "pp39-pypy39_pp73"])).toBe("CPython 3.7+ and 3.13t, PyPy 3.9");
  expect(words(["py2-none"])).toBe("Python 2");
  expect(words(["graalpy311-none", "odd"])).toBe("graalpy 3.11, odd");
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

test("neighbours are one fact of the proof, told with what the wheels of all are for, and the proof still holds", async () => {
  const foreign = (version: string, python: string) => ({
    version,
    status: { kind: "unusable", reason: { kind: "no-wheel", detail: "its wheels are for other Pythons" } } as const,
    wheels: { pythons: [python], platforms: [] },
  });
  const universe = {
    a: [foreign("1", "cp36-cp36m"), foreign("2", "cp37-cp37m"), { version: "3", requires: ["b>9"] }],
    b: [{ version: "1" }],
  };
  const outcome = await resolveUniverse(universe, ["a<3", "b"]);
  if (outcome.kind !== "conflict") throw new Error("it is solvable");
  expect(outcome.text).toBe(
    "Because a<=2 cannot be used (its wheels are for CPython 3.6 and 3.7) and you require a<3, your requirements cannot be met.",
  );
  expect(outcome.faults).toEqual([]);
  expect(replayWords(outcome.text, { a: ["1", "2", "3"], b: ["1"] })).toEqual({ tried: 1, flawed: [] });
  const wheels = { pythons: ["cp36-cp36m", "cp37-cp37m"], platforms: [] };
  const facts = outcome.derivation.steps.flatMap((step) => (step.kind === "fact" ? [step.fact] : []));
  expect(facts).toContainEqual(expect.objectContaining({ kind: "unusable", wheels }));
});
