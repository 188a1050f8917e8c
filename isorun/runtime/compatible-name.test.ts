import { expect, test } from "bun:test";
import { compatibleLookup } from "./compatible-name.ts";

const find = compatibleLookup(
  new Map(
    ["a:b/c@0.2.3", "a:b/c@0.2.10", "a:b/c@1.4.0", "a:b/c@0.0.3", "a:b/c@2.0.0-rc1", "a:b/d@0.2.0", "plain"].map(
      (name) => [name, name],
    ),
  ),
);

const cases: readonly (readonly [string, string | undefined])[] = [
  ["a:b/c@0.2.3", "a:b/c@0.2.3"],
  ["a:b/c@0.2.0", "a:b/c@0.2.10"],
  ["a:b/c@0.2.12", "a:b/c@0.2.10"],
  ["a:b/c@0.2", "a:b/c@0.2.10"],
  ["a:b/c@0.2.1+build", "a:b/c@0.2.10"],
  ["a:b/c@0.3.0", undefined],
  ["a:b/c@1.0.0", "a:b/c@1.4.0"],
  ["a:b/c@2.0.0", undefined],
  ["a:b/c@2.0.0-rc1", "a:b/c@2.0.0-rc1"],
  ["a:b/c@2.0.0-rc2", undefined],
  ["a:b/c@0.0.3", "a:b/c@0.0.3"],
  ["a:b/c@0.0.4", undefined],
  ["a:b/c@0.2.0-rc1", undefined],
  ["a:b/d@0.2.9", "a:b/d@0.2.0"],
  ["plain", "plain"],
  ["other", undefined],
];

for (const [name, found] of cases)
  test(`'${name}' is served by ${found ?? "nothing"}`, () => expect(find(name)).toBe(found));
