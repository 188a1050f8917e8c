import { expect, test } from "bun:test";
import type { WheelTargets } from "../versions/wheel-targets.ts";
import { replayWords } from "./testing/replay-words.ts";
import { resolveUniverse } from "./testing/resolve-universe.ts";

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

test("Pythons of some releases and platforms of others are told apart, and what fits in neither is passed over", async () => {
  const foreign = (version: string, wheels: WheelTargets) => ({
    version,
    status: { kind: "unusable", reason: { kind: "no-wheel", detail: "its wheels are for other Pythons" } } as const,
    wheels,
  });
  const older = { pythons: ["cp36-cp36m"], platforms: [] };
  const windows = { pythons: [], platforms: ["win32"] };
  const neither = { pythons: ["cp27-cp27m"], platforms: ["win_amd64"], fits: "neither" } as const;
  const wheelsIn = async (...all: readonly WheelTargets[]) => {
    const outcome = await resolveUniverse({ a: all.map((wheels, at) => foreign(`${at + 1}`, wheels)) }, ["a"]);
    if (outcome.kind !== "conflict") throw new Error("it is solvable");
    const facts = outcome.derivation.steps.flatMap((step) => (step.kind === "fact" ? [step.fact] : []));
    return facts.flatMap((fact) => (fact.kind === "unusable" ? [fact.wheels] : []));
  };
  expect(await wheelsIn(neither, windows)).toEqual([windows]);
  expect(await wheelsIn(older, neither)).toEqual([older]);
  expect(await wheelsIn(neither, neither)).toEqual([neither]);
  expect(await wheelsIn(older, neither, windows)).toEqual([{ pythons: ["cp36-cp36m"], platforms: ["win32"] }]);
});
