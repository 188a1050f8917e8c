import { describe, expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { parseRequirement } from "../versions/requirement.ts";
import { missingExtras, resolve } from "./resolve.ts";
import type { Universe } from "./testing/memory-source.ts";
import { resolveUniverse, type UniverseOptions, universeRequest } from "./testing/resolve-universe.ts";

/** Pins as text; a conflict as its explanation. */
async function solve(universe: Universe, requirements: readonly string[], options?: UniverseOptions): Promise<string> {
  const outcome = await resolveUniverse(universe, requirements, options);
  expect(outcome.faults).toEqual([]);
  if (outcome.kind === "conflict") return outcome.text;
  return outcome.pins
    .map(({ name, version, extras }) => `${name}${extras.length > 0 ? `[${extras.join(",")}]` : ""}==${version}`)
    .join(" ");
}

const plain = (...versions: string[]) => versions.map((version) => ({ version }));

describe("a resolution", () => {
  test("takes the highest releases that fit together", async () => {
    const universe = { app: [...plain("1"), { version: "2", requires: ["lib<2"] }], lib: plain("1.0", "1.5", "2.0") };
    expect(await solve(universe, ["app", "lib"])).toBe("app==2 lib==1.5");
  });

  test("goes back to an older release where the newest one leads nowhere", async () => {
    const universe = {
      app: [
        { version: "1", requires: ["lib>=1"] },
        { version: "2", requires: ["lib>=3"] },
      ],
      lib: plain("1", "2"),
    };
    expect(await solve(universe, ["app"])).toBe("app==1 lib==2");
  });

  test("gives the same answer whether the source answers at once or late", async () => {
    const universe = {
      app: [{ version: "1", requires: ["lib<2", "gui[qt]"] }],
      gui: [{ version: "1", requires: ['qt>=5; extra == "qt"'], extras: ["qt"] }],
      lib: plain("1", "2"),
      qt: plain("5", "6"),
    };
    const expected = "app==1 gui[qt]==1 lib==1 qt==6";
    expect(await solve(universe, ["app"])).toBe(expected);
    expect(await solve(universe, ["app"], { late: true })).toBe(expected);
  });

  test("names who required what", async () => {
    const outcome = await resolveUniverse({ app: [{ version: "1", requires: ["lib"] }], lib: plain("1") }, [
      "app",
      "lib",
    ]);
    const via = outcome.kind === "solved" ? outcome.pins.map((pin) => [pin.name, pin.via]) : [];
    expect(via).toEqual([
      ["app", [""]],
      ["lib", ["", "app"]],
    ]);
  });
});

describe("extras", () => {
  const universe = {
    all: [
      {
        version: "1",
        extras: ["a", "b", "every"],
        requires: ['x; extra == "a"', 'y>=2; extra == "b"', 'all[a,b]; extra == "every"'],
      },
      { version: "2", extras: ["a"], requires: ['x>=2; extra == "a"'] },
    ],
    x: plain("1", "2"),
    y: plain("1", "2"),
  };

  test("bring what they add, at the version of their project", async () => {
    expect(await solve(universe, ["all[a]"])).toBe("all[a]==2 x==2");
    expect(await solve(universe, ["all[a]", "x<2"])).toBe("all[a]==1 x==1");
  });

  test("may stand for other extras of the same project", async () => {
    expect(await solve(universe, ["all[every]<2"])).toBe("all[every]==1 x==2 y==2");
  });

  test("that contradict each other are a conflict", async () => {
    const torn = {
      kit: [{ version: "1", extras: ["new", "old"], requires: ['x>=2; extra == "new"', 'x<2; extra == "old"'] }],
      x: plain("1", "2"),
    };
    const told = await solve(torn, ["kit[new,old]"]);
    expect(told).toContain("kit[new] requires x>=2");
    expect(told).toContain("kit[old] requires x<2");
  });

  test("that a release does not have are told", async () => {
    const request = universeRequest(universe, ["all[b]"]);
    const outcome = await resolve(request);
    const missing = outcome.kind === "solved" ? missingExtras(outcome.pins, request.source) : [];
    expect(missing).toEqual([{ name: "all", version: "2", extra: "b" }]);
  });
});

describe("versions", () => {
  test("pre-releases come only where no final release fits", async () => {
    const universe = { lib: plain("1", "2", "3a1"), beta: plain("1b1", "1b2") };
    expect(await solve(universe, ["lib", "beta"])).toBe("beta==1b2 lib==2");
    expect(await solve(universe, ["lib>=3a0"])).toBe("lib==3a1");
    expect(await solve(universe, ["lib"], { prerelease: "allow" })).toBe("lib==3a1");
    expect(await solve(universe, ["lib>=3a0"], { prerelease: "explicit" })).toBe("lib==3a1");
    expect(await solve(universe, ["beta"], { prerelease: "explicit" })).toContain(
      "has pre-releases only, which are not allowed",
    );
    expect(await solve(universe, ["beta"], { prerelease: "disallow" })).toContain(
      "has pre-releases only, which are not allowed",
    );
  });

  test("lowest takes the lowest of all, lowest-direct only of what was asked for", async () => {
    const universe = {
      app: [
        { version: "1", requires: ["lib>=1"] },
        { version: "2", requires: ["lib>=2"] },
      ],
      lib: plain("1", "2", "3"),
    };
    expect(await solve(universe, ["app"], { strategy: "lowest" })).toBe("app==1 lib==1");
    expect(await solve(universe, ["app"], { strategy: "lowest-direct" })).toBe("app==1 lib==3");
  });

  test("an exact version admits local versions of it", async () => {
    const universe = { torch: plain("1.0", "1.0+cu1", "2.0") };
    expect(await solve(universe, ["torch==1.0"])).toBe("torch==1.0+cu1");
    expect(await solve(universe, ["torch==1.0+cu2"])).toContain("there is no version of torch==1.0+cu2");
  });

  test("a constraint restricts what is required anyway, and requires nothing", async () => {
    const universe = { app: [{ version: "1", requires: ["lib"] }], lib: plain("1", "2"), other: plain("1") };
    expect(await solve(universe, ["app"], { constraints: ["lib<2", "other==1"] })).toBe("app==1 lib==1");
    expect(await solve(universe, ["app", "lib>=2"], { constraints: ["lib<2"] })).toContain(
      "your constraints allow only lib<2",
    );
  });

  test("a release for a newer Python is passed over, its upper bounds are not believed", async () => {
    const universe = {
      lib: [
        { version: "1" },
        { version: "2", requiresPython: ">=3.8,<3.10" },
        { version: "3", requiresPython: ">=3.13" },
      ],
    };
    expect(await solve(universe, ["lib"])).toBe("lib==2");
    expect(await solve(universe, ["lib>=3"])).toContain("lib==3 requires Python>=3.13");
  });
});

describe("direct URLs", () => {
  const requirement = parseRequirement("lib @ https://example.org/lib-1-py3-none-any.whl");

  test("of a release's metadata are refused unless the user gave the same", async () => {
    const universe = {
      app: [{ version: "1", requires: ["lib @ https://example.org/lib-1-py3-none-any.whl"] }],
      lib: plain("1"),
    };
    const refused = resolveUniverse(universe, ["app"]).catch((error: unknown) => error);
    expect(await refused).toMatchObject({ code: "E_RESOLVE_URL_TRANSITIVE" });
    expect(await solve(universe, ["app", `lib @ ${requirement.url}`])).toBe("app==1 lib==1");
  });

  test("of one project must agree", async () => {
    const two = resolveUniverse({ lib: plain("1") }, [
      `lib @ ${requirement.url}`,
      "lib @ https://example.org/other-1.whl",
    ]);
    const error: unknown = await two.catch((reason: unknown) => reason);
    expect(error instanceof Problem && error.code).toBe("E_RESOLVE_URL_CONFLICT");
  });
});
