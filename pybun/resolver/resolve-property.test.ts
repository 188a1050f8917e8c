import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bruteForce, flawOf } from "./brute-force.ts";
import type { Universe } from "./memory-source.ts";
import { collectPins } from "./pins.ts";
import { solverSetting } from "./resolve.ts";
import { resolveUniverse, universeRequest } from "./resolve-universe.ts";
import { advance } from "./solve.ts";
import { copySolverState, createSolverState } from "./solver-state.ts";

const names = ["a", "b", "c", "d", "e"];
const versions = ["1", "2", "3", "4"];
const operators = ["==", "!=", "<", ">", "<=", ">="];

const specifier = fc.oneof(
  fc.constant(""),
  fc.tuple(fc.constantFrom(...operators), fc.constantFrom(...versions)).map((parts) => parts.join("")),
);
const requirement = fc.tuple(fc.constantFrom(...names), specifier).map((parts) => parts.join(""));
const unusable = fc.constant({ kind: "unusable", reason: { kind: "no-wheel", detail: "it has no wheel" } } as const);
const release = fc.record({
  requires: fc.array(requirement, { maxLength: 3 }),
  status: fc.option(unusable, { nil: undefined, freq: 9 }),
});
const universes = fc.tuple(...names.map(() => fc.array(release, { maxLength: 4 }))).map(toUniverse);
const wishes = fc.array(requirement, { minLength: 1, maxLength: 4 });

type GeneratedRelease = typeof release extends fc.Arbitrary<infer R> ? R : never;

function toUniverse(projects: readonly (readonly GeneratedRelease[])[]): Universe {
  const entries = projects.map((releases, project) => {
    const made = releases.map(({ requires, status }, at) => ({
      version: versions[at] ?? "",
      requires,
      ...(status === undefined ? {} : { status }),
    }));
    return [names[project] ?? "", made] as const;
  });
  return Object.fromEntries(entries);
}

/** fast-check prints the seed and the smallest counterexample of a failure; each run has a new seed. */
const runs = 4000;

describe("in random universes", () => {
  test("a solution is found exactly where brute force finds one, is valid, and every proof replays", async () => {
    let conflicts = 0;
    await fc.assert(
      fc.asyncProperty(universes, wishes, async (universe, wanted) => {
        const outcome = await resolveUniverse(universe, wanted);
        expect(outcome.kind).toBe(bruteForce(universe, wanted) === undefined ? "conflict" : "solved");
        expect(outcome.faults).toEqual([]);
        if (outcome.kind === "conflict") {
          conflicts++;
          expect(outcome.text.endsWith("your requirements cannot be met.")).toBe(true);
          return;
        }
        const chosen = Object.fromEntries(outcome.pins.map(({ name, version }) => [name, version]));
        expect(flawOf(universe, wanted, chosen)).toBeUndefined();
      }),
      { numRuns: runs },
    );
    // A generator that made only solvable universes would prove nothing about proofs.
    expect(conflicts).toBeGreaterThan(runs / 50);
  }, 30_000);

  test("a copied state goes its own way", () => {
    fc.assert(
      fc.property(universes, wishes, (universe, wanted) => {
        const setting = solverSetting(universeRequest(universe, wanted));
        const original = createSolverState();
        const copy = copySolverState(original);
        const first = advance(original, setting);
        const second = advance(copySolverState(copy), setting);
        const again = advance(copySolverState(original), setting);
        expect(second.kind).toBe(first.kind);
        expect(again.kind).toBe(first.kind);
        if (first.kind !== "solved") return;
        const texts = (state: typeof original) =>
          collectPins(state, setting).map((pin) => `${pin.name}==${pin.version}`);
        expect(copy.solution.decided).toEqual([]);
        expect(texts(copySolverState(original))).toEqual(texts(original));
      }),
      { numRuns: 500 },
    );
  }, 30_000);
});
