import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseRequirement } from "../versions/requirement.ts";
import { parseVersion } from "../versions/version.ts";
import { bruteForce, flawOf } from "./brute-force.ts";
import { type MemoryOptions, memorySource, type Universe } from "./memory-source.ts";
import { type ResolveOutcome, type ResolveRequest, resolve } from "./resolve.ts";

const markers = {
  implementation_name: "cpython",
  implementation_version: "3.12.0",
  os_name: "posix",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "",
  platform_system: "Linux",
  platform_version: "",
  python_full_version: "3.12.0",
  python_version: "3.12",
  sys_platform: "linux",
};

type Rest = Partial<Omit<ResolveRequest, "requirements" | "constraints">> & MemoryOptions & { constraints?: string[] };

async function solve(universe: Universe, requirements: readonly string[], rest: Rest = {}): Promise<ResolveOutcome> {
  const { python = "3.12.0", late = false, constraints = [], ...request } = rest;
  return resolve({
    requirements: requirements.map(parseRequirement),
    target: { markers, tags: [], python: parseVersion(python) },
    strategy: "highest",
    prerelease: "if-necessary",
    source: memorySource(universe, { python, late }),
    ...request,
    constraints: constraints.map(parseRequirement),
  });
}

async function pinsOf(universe: Universe, requirements: readonly string[], rest?: Rest): Promise<readonly string[]> {
  const outcome = await solve(universe, requirements, rest);
  if (outcome.kind === "conflict") return [outcome.text];
  return outcome.pins.map(({ name, version, extras }) => `${name}${extras.length ? `[${extras}]` : ""}==${version}`);
}

describe("a resolution", () => {
  test("takes the highest releases that fit together", async () => {
    const universe = {
      app: [{ version: "1" }, { version: "2", requires: ["lib<2"] }],
      lib: [{ version: "1.0" }, { version: "1.5" }, { version: "2.0" }],
    };
    expect(await pinsOf(universe, ["app", "lib"])).toEqual(["app==2", "lib==1.5"]);
  });
});

const names = ["a", "b", "c", "d", "e"];
const versions = ["1", "2", "3", "4"];
const specifier = fc.oneof(
  fc.constant(""),
  fc
    .tuple(fc.constantFrom("==", "!=", "<", ">", "<=", ">="), fc.constantFrom(...versions))
    .map((parts) => parts.join("")),
);
const requirement = fc.tuple(fc.constantFrom(...names), specifier).map((parts) => parts.join(""));
const release = fc.array(requirement, { maxLength: 3 });
const project = fc.array(release, { maxLength: 4 });
const universes = fc
  .array(project, { minLength: names.length, maxLength: names.length })
  .map(
    (projects): Universe =>
      Object.fromEntries(
        projects.map((releases, index) => [
          names[index] ?? "",
          releases.map((requires, at) => ({ version: versions[at] ?? "", requires })),
        ]),
      ),
  );

describe("against brute force", () => {
  test("a solution is found exactly where there is one, and is valid", async () => {
    await fc.assert(
      fc.asyncProperty(universes, fc.array(requirement, { minLength: 1, maxLength: 4 }), async (universe, wanted) => {
        const outcome = await solve(universe, wanted);
        const oracle = bruteForce(universe, wanted);
        expect(outcome.kind).toBe(oracle === undefined ? "conflict" : "solved");
        if (outcome.kind === "conflict") return;
        const chosen = Object.fromEntries(outcome.pins.map(({ name, version }) => [name, version]));
        expect(flawOf(universe, wanted, chosen)).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  }, 60_000);
});
