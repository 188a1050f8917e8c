import { expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import type { Pin } from "../resolver/pins.ts";
import { formatRequirement, parseRequirement } from "../versions/requirement.ts";
import { pinsAbove } from "./beneath.ts";

const pin = (name: string, version: string): Pin => ({
  name,
  version,
  release: 0,
  extras: [],
  file: { filename: "", url: "", hashes: {}, yanked: false, metadata: false, kind: "wheel" },
  hashes: [],
  via: [],
  index: "",
});
const beneath = [
  { name: "idna", version: "3.6" },
  { name: "six", version: "1.15.0" },
];
const wish = (...texts: readonly string[]) => ({ requirements: texts.map(parseRequirement), beneath });

test("what lies beneath is preferred, except where a requirement rules it out", async () => {
  const asked: string[][] = [];
  const pins = await pinsAbove(wish("requests", "six>=1.16"), async (constraints) => {
    asked.push(constraints.map(formatRequirement));
    return [pin("idna", "3.6"), pin("requests", "2.0"), pin("six", "1.17.0")];
  });
  expect(asked).toEqual([["idna==3.6"]]);
  expect(pins.map(({ name }) => name)).toEqual(["requests", "six"]);
});

test("where that has no solution it counts for nothing; other failures pass", async () => {
  const failing = (code: string) => async (constraints: readonly unknown[]) => {
    if (constraints.length > 0) throw new Problem(code, {});
    return [pin("idna", "3.7")];
  };
  expect(await pinsAbove(wish("idna"), failing("E_RESOLVE_CONFLICT"))).toMatchObject([
    { name: "idna", version: "3.7" },
  ]);
  const refused = pinsAbove(wish("idna"), failing("E_INDEX_AUTH")).catch((error: unknown) => error);
  expect(await refused).toMatchObject({ code: "E_INDEX_AUTH" });
});
