import { describe, expect, test } from "bun:test";
import { testSeed } from "@vivarium/core/testing/seed";
import fc from "fast-check";
import { collectPins } from "./pins.ts";
import { solverSetting } from "./resolve.ts";
import { advance } from "./solve.ts";
import { copySolverState, createSolverState } from "./solver-state.ts";
import { bruteForce, flawOf } from "./testing/brute-force.ts";
import type { Universe } from "./testing/memory-source.ts";
import { resolveUniverse, universeRequest } from "./testing/resolve-universe.ts";

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

/** `[name, wants the extra, specifier]`. */
type ExtraRequirement = readonly [string, boolean, string];
interface ExtraRelease {
  readonly requires: readonly ExtraRequirement[];
  readonly extra: readonly ExtraRequirement[];
}

const extraNames = names.slice(0, 3);
const extraRequirement = fc.tuple(fc.constantFrom(...extraNames), fc.boolean(), specifier);
const extraRelease = fc.record({
  requires: fc.array(extraRequirement, { maxLength: 2 }),
  extra: fc.array(extraRequirement, { maxLength: 2 }),
});
const extraUniverses = fc.tuple(...extraNames.map(() => fc.array(extraRelease, { maxLength: 3 })));

const asExtra = ([name, extra, text]: ExtraRequirement): string => `${name}${extra ? "[x]" : ""}${text}`;
const asPackage = ([name, extra, text]: ExtraRequirement): string => `${name}${extra ? "-x" : ""}${text}`;

function withExtras(projects: readonly (readonly ExtraRelease[])[]): Universe {
  const releaseOf = ({ requires, extra }: ExtraRelease, at: number) => ({
    version: versions[at] ?? "",
    extras: ["x"],
    requires: [...requires.map(asExtra), ...extra.map((one) => `${asExtra(one)}; extra == "x"`)],
  });
  return Object.fromEntries(projects.map((releases, project) => [extraNames[project] ?? "", releases.map(releaseOf)]));
}

/** The same universe for the oracle, which knows nothing of extras. */
function withPackages(projects: readonly (readonly ExtraRelease[])[]): Universe {
  const entries = projects.flatMap((releases, project) => {
    const name = extraNames[project] ?? "";
    const plain = releases.map(({ requires }, at) => ({
      version: versions[at] ?? "",
      requires: requires.map(asPackage),
    }));
    const proxies = releases.map(({ extra }, at) => ({
      version: versions[at] ?? "",
      requires: [`${name}==${versions[at]}`, ...extra.map(asPackage)],
    }));
    return [[name, plain] as const, [`${name}-x`, proxies] as const];
  });
  return Object.fromEntries(entries);
}

/** fast-check prints the seed and the smallest counterexample of a failure. */
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
      { numRuns: runs, seed: testSeed },
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
      { numRuns: 500, seed: testSeed },
    );
  }, 30_000);

  test("an extra behaves like a package of its own that pins its project", async () => {
    await fc.assert(
      fc.asyncProperty(
        extraUniverses,
        fc.array(extraRequirement, { minLength: 1, maxLength: 3 }),
        async (projects, wanted) => {
          const outcome = await resolveUniverse(withExtras(projects), wanted.map(asExtra));
          const oracle = bruteForce(withPackages(projects), wanted.map(asPackage));
          expect(outcome.kind).toBe(oracle === undefined ? "conflict" : "solved");
          expect(outcome.faults).toEqual([]);
          if (outcome.kind === "conflict") return;
          // An extra that a project asks of itself is not named in its pin, so every extra is offered to the check.
          const chosen = outcome.pins.flatMap(({ name, version }) => [
            [name, version] as const,
            [`${name}-x`, version] as const,
          ]);
          const flaw = flawOf(withPackages(projects), wanted.map(asPackage), Object.fromEntries(chosen));
          expect(flaw ?? "").toMatch(/^$|-x is required by nobody$/);
        },
      ),
      { numRuns: 2000, seed: testSeed },
    );
  }, 30_000);
});
