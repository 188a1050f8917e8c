import { expect, test } from "bun:test";
import type { ReleaseSource, Releases } from "../resolver/release-source.ts";
import { resolve } from "../resolver/resolve.ts";
import type { Universe } from "../resolver/testing/memory-source.ts";
import { universeRequest } from "../resolver/testing/resolve-universe.ts";
import { parseRequirement } from "../versions/requirement.ts";
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

test("every suggestion solves the conflict when it is made, and all of them are told from what was solved", async () => {
  const requirements = ["app==1.0", "tool==1.0"];
  const { request, derivation } = await conflict(Promise.resolve());
  const fixes = await suggestFixes(request, derivation);
  expect(fixes.length).toBeGreaterThan(0);
  for (const { text } of fixes) {
    const relaxed = parseRequirement(text ?? "");
    const changed = requirements.map((one) => (parseRequirement(one).name === relaxed.name ? (text ?? "") : one));
    expect((await resolve(universeRequest(universe, changed))).kind).toBe("solved");
  }
});

test("a change that would only work with a yanked release is none, for nobody pins it any more", async () => {
  const torn: Universe = {
    lib: [{ version: "1.0" }, { version: "2.0" }],
    old: [{ version: "1.0", requires: ["lib==1.0"] }],
  };
  const request = universeRequest(torn, ["lib==1.0", "lib>=2", "old"]);
  const outcome = await resolve(request);
  if (outcome.kind !== "conflict") throw new Error("it is solvable");
  const { derivation } = outcome;
  const titles = async (source: ReleaseSource) =>
    (await suggestFixes({ ...request, source }, derivation)).map(({ title }) => title);
  expect(await titles(request.source)).toEqual(["'lib' instead of 'lib>=2', which gives lib 1.0"]);
  const unpinned = universeRequest(torn, ["lib<2", "lib>=2", "old"]);
  const again = await resolve(unpinned);
  if (again.kind !== "conflict") throw new Error("it is solvable");
  expect(await suggestFixes({ ...unpinned, source: withYanked(unpinned.source) }, again.derivation)).toEqual([]);
});

test("of extras that contradict each other one can be left out", async () => {
  const torn: Universe = {
    kit: [{ version: "1.0", extras: ["new", "old"], requires: ['lib>=2; extra == "new"', 'lib<2; extra == "old"'] }],
    lib: [{ version: "1.0" }, { version: "2.0" }],
  };
  const request = universeRequest(torn, ["kit[new,old]"]);
  const outcome = await resolve(request);
  if (outcome.kind !== "conflict") throw new Error("it is solvable");
  expect(outcome.text).toBe(
    "Because you require kit[new], you require kit[old], kit[old] requires lib<2 and kit[new] requires lib>=2, your requirements cannot be met.",
  );
  const fixes = await suggestFixes(request, outcome.derivation);
  expect(fixes.map(({ text }) => text)).toEqual(["kit[old]", "kit[new]"]);
});

/** All releases are yanked, and still handed out: the user had pinned them. */
function withYanked(source: ReleaseSource): ReleaseSource {
  const yanked = (releases: Releases): Releases => ({
    ...releases,
    choiceAt(release) {
      const choice = releases.choiceAt(release);
      return { ...choice, file: { ...choice.file, yanked: "broken" } };
    },
  });
  return {
    ...source,
    releases(name) {
      const found = source.releases(name);
      return found instanceof Promise ? found.then(yanked) : yanked(found);
    },
  };
}
