import { expect, test } from "bun:test";
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
