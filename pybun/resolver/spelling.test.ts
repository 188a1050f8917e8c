import { describe, expect, test } from "bun:test";
import type { Universe } from "./testing/memory-source.ts";
import { resolveUniverse, type UniverseOptions } from "./testing/resolve-universe.ts";

/** Pins as text; a conflict as its explanation. */
async function solve(universe: Universe, requirements: readonly string[], options?: UniverseOptions): Promise<string> {
  const outcome = await resolveUniverse(universe, requirements, options);
  expect(outcome.faults).toEqual([]);
  if (outcome.kind === "conflict") return outcome.text;
  return outcome.pins.map(({ name, version }) => `${name}==${version}`).join(" ");
}

const lib = [{ version: "1.0.0" }, { version: "2.0+Ubuntu.1" }];
const requiring = (requirement: string): Universe => ({ lib, app: [{ version: "1", requires: [requirement] }] });

describe("`===` of a dependency", () => {
  test.each([
    ["lib===1.0.0", "app==1 lib==1.0.0"],
    ["lib===1.0.0,>=1", "app==1 lib==1.0.0"],
    ["lib===2.0+UBUNTU.1", "app==1 lib==2.0+Ubuntu.1"],
  ])("%s is met by that text, in any case", async (requirement, pins) => {
    expect(await solve(requiring(requirement), ["app"])).toBe(pins);
    expect(await solve(requiring(requirement), ["app"], { late: true })).toBe(pins);
  });

  test.each(["lib===1.0", "lib===v1.0.0", "lib===1.0.0,===1.0", "lib===2.0+ubuntu-1", "lib===anything"])(
    "%s is met by no other spelling of the same version",
    async (requirement) => {
      const told = await solve(requiring(requirement), ["app"]);
      const text = requirement === "lib===1.0.0,===1.0" ? "lib===1.0,===1.0.0" : requirement;
      expect(told).toBe(
        `Because app requires ${text} (no release is spelled so) and you require app, your requirements cannot be met.`,
      );
      expect(await solve(requiring(requirement), ["app"], { late: true })).toBe(told);
    },
  );

  test("leads to an older release that asks for less", async () => {
    const app = [
      { version: "1", requires: ["lib==1.0"] },
      { version: "2", requires: ["lib===1.0"] },
    ];
    expect(await solve({ lib, app }, ["app"])).toBe("app==1 lib==1.0.0");
  });

  test("of an extra, of the user and of a constraint compares texts too", async () => {
    const app = [{ version: "1", extras: ["x"], requires: ['lib===1.0; extra == "x"'] }];
    expect(await solve({ lib, app }, ["app[x]"])).toContain("app[x] requires lib===1.0 (no release is spelled so)");
    expect(await solve({ lib }, ["lib===1.0"])).toBe(
      "Because you require lib===1.0 (no release is spelled so), your requirements cannot be met.",
    );
    expect(await solve({ lib }, ["lib"], { constraints: ["lib===1.0"] })).toContain("(no release is spelled so)");
    expect(await solve({ lib }, ["lib<2"], { constraints: ["lib===1.0.0"] })).toBe("lib==1.0.0");
  });

  test("of a version that nobody has is told as that", async () => {
    expect(await solve(requiring("lib===9.0"), ["app"])).toContain("there is no version of lib===9.0");
  });
});

test("bounds that exclude each other are called so", async () => {
  expect(await solve(requiring("lib<1,>2"), ["app"])).toBe(
    "Because app requires lib<1,>2 (which no version meets) and you require app, your requirements cannot be met.",
  );
});
