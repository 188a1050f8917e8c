import { describe, expect, test } from "bun:test";
import { testSeed } from "@vivarium/core/testing/seed";
import fc from "fast-check";
import type { Universe } from "./testing/memory-source.ts";
import { replayWords } from "./testing/replay-words.ts";
import { resolveUniverse, type UniverseOptions } from "./testing/resolve-universe.ts";

const noWheel = { kind: "unusable", reason: { kind: "no-wheel", detail: "it has no wheel" } } as const;
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

  test("of many releases names what the user asked for and the target first, and leaves neither out", async () => {
    const sphinx = ["6", "7", "8", "9", "10", "11", "12", "13"].map((version, at) =>
      at < 2 ? { version, requires: [`docutils>=0.1${version}`] } : { version, requiresPython: `>=3.${version}` },
    );
    const universe = { sphinx, docutils: plain("0.10", "0.16", "0.17") };
    const told = await explain(universe, ["sphinx>=6", "docutils<0.12"], { python: "3.7.0" });
    expect(told).toEqual([
      [
        "Because the target is Python 3.7.0",
        "you require sphinx>=6",
        "you require docutils<0.12",
        "sphinx<=7 requires docutils>=0.16",
        "sphinx==8 requires Python>=3.8",
        "sphinx==9 requires Python>=3.9",
        "sphinx==10 requires Python>=3.10",
        "sphinx==11 requires Python>=3.11",
        "sphinx==12 requires Python>=3.12 and 1 more fact like these",
        "your requirements cannot be met.",
      ].join(", "),
    ]);
  });

  test("has no sentence that only repeats a clause", async () => {
    const boto = ["1", "2", "3", "4", "5", "6"].map((version) => ({ version, requires: [`core>=${version}`] }));
    const core = [
      { version: "6", requires: ["base>=2"] },
      { version: "7", requires: ["base>=3"] },
    ];
    const told = await explain({ boto, core, base: plain("1", "2", "3") }, ["boto>=2", "base<2"]);
    // Without a sentence "Because boto>=2,<=5 requires core>=2, boto>=2,<=5 needs core>=2." before it.
    expect(told[0]).toBe(
      "Because boto>=2,<=5 requires core>=2 and core==7 requires base>=3, boto>=2,<=5 needs core>=2,<=6 or base>=3.",
    );
  });

  test("says that bounds are missing where all of them would be too many", async () => {
    const releases = ["1", "2", "3", "4", "5", "6", "7", "8"];
    const app = releases.map((version) => ({ version, requires: [`lib==${version}`] }));
    const unwanted = releases.map((version) => `!=${version}`).join(",");
    const told = await explain({ app, lib: plain(...releases, "9") }, ["app", `lib${unwanted}`]);
    expect(told.join("\n")).toContain("app requires certain versions of lib>=1,<=8");
  });

  test("tells a reason within its sentence", async () => {
    const universe = { lib: [{ version: "1", status: noWheel }] };
    expect(await explain(universe, ["lib"])).toEqual([
      "Because lib cannot be used (it has no wheel) and you require lib, your requirements cannot be met.",
    ]);
  });

  test("names the filter that hides what there is", async () => {
    const universe = { lib: [...plain("1"), { version: "2", status: { kind: "hidden" } as const }] };
    expect((await explain(universe, ["lib>=2"])).join()).toContain("`--exclude-newer` leaves out lib>=2");
  });
});

test("a package with an extra is one package to a reader, and a release for another Python one fact", async () => {
  const universe = {
    app: [{ version: "1", extras: ["x"], requires: ['gone; extra == "x"'] }],
    lib: [
      { version: "1", requiresPython: ">=3.13" },
      { version: "2", requiresPython: ">=3.14" },
    ],
  };
  expect(await explain(universe, ["app[x]"])).toEqual([
    "Because no index has a project named 'gone' and app[x] requires gone, app[x] cannot be used.",
    "And because you require app[x], your requirements cannot be met.",
  ]);
  expect(await explain(universe, ["lib<2"])).toEqual([
    "Because lib==1 requires Python>=3.13 (the target is Python 3.12.0) and you require lib<2, your requirements cannot be met.",
  ]);
  expect(await explain(universe, ["lib"])).toEqual([
    "Because the target is Python 3.12.0, you require lib, lib==1 requires Python>=3.13 and lib==2 requires Python>=3.14, your requirements cannot be met.",
  ]);
});

test("a proof that nobody would read is told by its end, and says so", async () => {
  const releases = Array.from({ length: 40 }, (_, at) => `${at + 1}`);
  const front = releases.map((version) => ({ version, requires: [`back==${version}`] }));
  const back = releases.map((version) => ({ version, requires: [Number(version) % 2 === 0 ? "base<2" : "base<3"] }));
  const told = await explain({ front, back, base: plain("1", "2", "3") }, ["front", "base>=3"]);
  expect(told[0]).toMatch(/^Of \d+ sentences these are the last 12; `--format=json` has the whole derivation\.$/);
  expect(told).toHaveLength(13);
  expect(told.at(-1)).toEndWith("your requirements cannot be met.");
});

test("a constraint stands beside the need that it restricts", async () => {
  const universe = { app: [{ version: "1", requires: ["lib"] }], lib: plain("1", "2") };
  expect(await explain(universe, ["app", "lib>=2"], { constraints: ["lib<2"] })).toEqual([
    "Because you require lib>=2 and your constraints allow only lib<2, your requirements cannot be met.",
  ]);
  expect(await explain(universe, ["app"], { constraints: ["lib>2"] })).toEqual([
    "Because there is no version of lib>2, app requires lib and your constraints allow only lib>2, app cannot be used.",
    "And because you require app, your requirements cannot be met.",
  ]);
});

const names = ["a", "b", "c", "d", "e"];
const versions = ["1", "2", "3", "4"];
const specifier = fc.oneof(
  fc.constant(""),
  fc
    .tuple(fc.constantFrom("==", "!=", "<", ">", "<=", ">="), fc.constantFrom(...versions, "5"))
    .map((parts) => parts.join("")),
);
const extras = fc.constantFrom("", "", "", "[x]", "[y]", "[x,y]");
const plainRequirement = fc.tuple(fc.constantFrom(...names), specifier).map((parts) => parts.join(""));
const requirement = fc.tuple(fc.constantFrom(...names), extras, specifier).map((parts) => parts.join(""));
const marker = fc.constantFrom("", "", '; extra == "x"', '; extra == "y"');
const release = fc.record({
  requires: fc.array(
    fc.tuple(requirement, marker).map((parts) => parts.join("")),
    { maxLength: 3 },
  ),
  requiresPython: fc.constantFrom(undefined, undefined, undefined, ">=3.8", ">=3.11", ">=3.13"),
  isUsable: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
});
const wishes = fc.array(requirement, { minLength: 1, maxLength: 4 });
const constraints = fc.array(plainRequirement, { maxLength: 2 });
const pythons = fc.constantFrom("3.7.0", "3.10.1", "3.12.0");
const universes = fc.tuple(...names.map(() => fc.array(release, { maxLength: 4 }))).map((projects): Universe => {
  const made = projects.map((releases, project) => {
    const listed = releases.map(({ requires, requiresPython, isUsable }, at) => ({
      version: versions[at] ?? "",
      requires,
      extras: ["x", "y"],
      ...(requiresPython === undefined ? {} : { requiresPython }),
      ...(isUsable ? {} : { status: noWheel }),
    }));
    return [names[project] ?? "", listed] as const;
  });
  return Object.fromEntries(made);
});

test("every sentence follows from its own words, and is said once", async () => {
  let tried = 0;
  const spoken = { "with an extra": 0, "your constraints allow only": 0, "the target is Python": 0 };
  await fc.assert(
    fc.asyncProperty(universes, wishes, constraints, pythons, async (universe, wanted, narrowed, python) => {
      const outcome = await resolveUniverse(universe, wanted, { constraints: narrowed, python });
      if (outcome.kind === "solved") return;
      expect(outcome.faults).toEqual([]);
      for (const words of Object.keys(spoken) as (keyof typeof spoken)[])
        if (outcome.text.includes(words)) spoken[words]++;
      // Cut short, and says so: what is left begins in the middle.
      if (outcome.text.startsWith("Of ")) return;
      const existing = Object.fromEntries(names.map((name) => [name, universe[name]?.map((one) => one.version) ?? []]));
      const replay = replayWords(outcome.text, existing);
      tried += replay.tried;
      if (replay.flawed.length > 0) throw new Error(`${replay.flawed.join("\n")}\nof\n${outcome.text}`);
    }),
    { numRuns: 5_000, seed: testSeed },
  );
  // Sentences that could not be tried would prove nothing.
  expect(tried).toBeGreaterThan(500);
  expect(Math.min(...Object.values(spoken))).toBeGreaterThan(100);
}, 60_000);
