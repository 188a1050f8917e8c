import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { editDistance, nearest } from "./nearest.ts";
import { testSeed } from "./testing/seed.ts";

describe("editDistance", () => {
  test.each([
    ["", "", 0],
    ["", "abc", 3],
    ["flask", "flask", 0],
    ["flask", "flsak", 1],
    ["flask", "flas", 1],
    ["flask", "vlask", 1],
    ["ca", "abc", 3],
    ["kitten", "sitting", 3],
  ])("%p to %p takes %i edits", (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  test("is symmetric, and zero for equal words only", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
      { seed: testSeed },
    );
  });
});

describe("nearest", () => {
  const words = ["resolve", "run", "env create", "env list", "schema print"];

  test.each([
    ["resovle", ["resolve"]],
    ["rnu", ["run"]],
    ["RUN", ["run"]],
    ["env lst", ["env list"]],
    ["install", []],
    ["x", []],
  ])("%p means %p", (word, meant) => {
    expect([...nearest(word, words)]).toEqual(meant);
  });

  test("puts the closest first and keeps to the limit", () => {
    expect([...nearest("aaaaaa", ["aaaabb", "aaaaab", "aaaaba"], { limit: 2 })]).toEqual(["aaaaab", "aaaaba"]);
  });
});
