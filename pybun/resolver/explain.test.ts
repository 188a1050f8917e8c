import { describe, expect, test } from "bun:test";
import { testSeed } from "@vivarium/core/testing/seed";
import fc from "fast-check";
import type { Universe } from "./testing/memory-source.ts";
import { replayWords } from "./testing/replay-words.ts";
import { resolveUniverse, type UniverseOptions } from "./testing/resolve-universe.ts";

const plain = (...versions: string[]) => versions.map((version) => ({ version }));

async function explain(universe: Universe, requirements: readonly string[], options?: UniverseOptions) {
  const outcome = await resolveUniverse(universe, requirements, options);
  return outcome.kind === "conflict" ? outcome.text.split("\n") : [];
}

describe("an explanation", () => {
  test("keeps the bound of a need that no existing release reaches, for the next sentence lives on it", async () => {
    const universe = {
      requests: [{ version: "2.31.0", requires: ["urllib3>=1.21.1,<3"] }],
      urllib3: plain("1.21.1", "2.6.3"),
    };
    expect(await explain(universe, ["requests==2.31.0", "urllib3>=2.9"])).toEqual([
      "Because requests requires urllib3<3,>=1.21.1 and there is no version of urllib3>=2.9,<3, requests needs urllib3>=1.21.1,<2.9.",
      "And because you require requests==2.31.0, you need urllib3>=1.21.1,<2.9.",
      "And because you require urllib3>=2.9, your requirements cannot be met.",
    ]);
  });
});

const names = ["a", "b", "c", "d", "e"];
const versions = ["1", "2", "3", "4"];
const specifier = fc.oneof(
  fc.constant(""),
  fc
    .tuple(fc.constantFrom("==", "!=", "<", ">", "<=", ">="), fc.constantFrom(...versions, "5"))
    .map((parts) => parts.join("")),
);
const requirement = fc.tuple(fc.constantFrom(...names), specifier).map((parts) => parts.join(""));
const noWheel = { kind: "unusable", reason: { kind: "no-wheel", detail: "it has no wheel" } } as const;
const release = fc.record({
  requires: fc.array(requirement, { maxLength: 3 }),
  isUsable: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
});
const universes = fc.tuple(...names.map(() => fc.array(release, { maxLength: 4 }))).map((projects): Universe => {
  const made = projects.map((releases, project) => {
    const listed = releases.map(({ requires, isUsable }, at) => ({
      version: versions[at] ?? "",
      requires,
      ...(isUsable ? {} : { status: noWheel }),
    }));
    return [names[project] ?? "", listed] as const;
  });
  return Object.fromEntries(made);
});

test("every sentence follows from its own words", async () => {
  let tried = 0;
  await fc.assert(
    fc.asyncProperty(universes, fc.array(requirement, { minLength: 1, maxLength: 4 }), async (universe, wanted) => {
      const outcome = await resolveUniverse(universe, wanted);
      if (outcome.kind === "solved") return;
      const existing = Object.fromEntries(names.map((name) => [name, universe[name]?.map((one) => one.version) ?? []]));
      const replay = replayWords(outcome.text, existing);
      tried += replay.tried;
      if (replay.flawed.length > 0) throw new Error(`${replay.flawed.join("\n")}\nof\n${outcome.text}`);
    }),
    { numRuns: 2_000, seed: testSeed },
  );
  // Sentences that could not be tried would prove nothing.
  expect(tried).toBeGreaterThan(500);
}, 60_000);
