import { expect, test } from "bun:test";
import type { ReleaseSource } from "../resolver/release-source.ts";
import { resolve } from "../resolver/resolve.ts";
import type { Universe } from "../resolver/testing/memory-source.ts";
import { universeRequest } from "../resolver/testing/resolve-universe.ts";
import { suggestFixes } from "./suggest-fixes.ts";

const universe: Universe = {
  app: [
    { version: "1.0", requires: ["lib<2"] },
    { version: "2.0", requires: ["lib>=2"] },
  ],
  tool: [{ version: "1.0", requires: ["lib>=2"] }],
  lib: [{ version: "1.0" }, { version: "2.0", requires: ["late"] }],
  late: [{ version: "1.0" }],
};

/** As long as `late` is pending, so is whoever asks for the project `late`. */
async function conflict(late: Promise<unknown>) {
  const request = universeRequest(universe, ["app==1.0", "tool==1.0"]);
  const outcome = await resolve(request);
  if (outcome.kind !== "conflict") throw new Error("it is solvable");
  let isHere = false;
  const arriving = late.then(() => void (isHere = true));
  const source: ReleaseSource = {
    ...request.source,
    releases: (name) =>
      name === "late" && !isHere ? arriving.then(() => request.source.releases(name)) : request.source.releases(name),
  };
  return { request: { ...request, source }, derivation: outcome.derivation };
}

test("what was solved in time is suggested", async () => {
  const { request, derivation } = await conflict(Promise.resolve());
  const fixes = await suggestFixes(request, derivation);
  expect(fixes.map(({ title }) => title)).toContain("'app' instead of 'app==1.0', which gives app 2.0");
});

test("what takes longer than the budget is not, and nobody waits for it", async () => {
  const { request, derivation } = await conflict(new Promise(() => undefined));
  expect(await suggestFixes(request, derivation, { budgetMs: 20 })).toEqual([]);
});
