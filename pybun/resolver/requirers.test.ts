import { expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { requirersOf } from "./requirers.ts";
import { resolve } from "./resolve.ts";
import { universeRequest } from "./testing/resolve-universe.ts";

const project = (name: string, ...via: readonly string[]) => ({ name, version: "1", via });

test("the shortest way to what the user requires is told, also around a circle", () => {
  const names = (name: string, ...projects: readonly ReturnType<typeof project>[]) =>
    requirersOf(name, projects).map((one) => one.name);
  expect(names("a", project("a", "", "b"), project("b", ""))).toEqual([]);
  expect(names("a", project("a", "b"), project("b", "a", "c"), project("c", ""))).toEqual(["b", "c"]);
  expect(names("a", project("a", "b", "d"), project("b", "c"), project("c", ""), project("d", ""))).toEqual(["d"]);
  expect(names("a", project("a", "b"), project("b", "a"))).toEqual([]);
});

test("what only a build would tell is told with the decisions that lead to it", async () => {
  const universe = {
    top: [{ version: "2", requires: ["middle[x]"] }],
    middle: [{ version: "3", extras: ["x"], requires: ['raw; extra == "x"'] }],
    raw: [{ version: "4" }],
  };
  for (const late of [false, true]) {
    const request = universeRequest(universe, ["top"], { late });
    const failure = new Problem("E_SDIST_BUILD_NEEDED", { file: "raw-4.tar.gz", reason: "it is old" });
    const source: typeof request.source = {
      ...request.source,
      requirements(releases, release, extra) {
        if (releases.name !== "raw") return request.source.requirements(releases, release, extra);
        if (late) return Promise.reject(failure);
        throw failure;
      },
    };
    const error: unknown = await resolve({ ...request, source }).catch((thrown: unknown) => thrown);
    const requiredBy = [
      { name: "middle", version: "3" },
      { name: "top", version: "2" },
    ];
    expect(error).toMatchObject({
      code: "E_SDIST_BUILD_NEEDED",
      params: { file: "raw-4.tar.gz", reason: "it is old", build: { name: "raw", version: "4", requiredBy } },
    });
  }
});
