import { expect, test } from "bun:test";
import { PathsInVain } from "./paths-in-vain.ts";

const told = (...asked: readonly string[]) => {
  const inVain = new PathsInVain();
  for (const each of asked) {
    const [capability, path] = each.split(" ") as ["read" | "write", string]; // as written below
    inVain.add({ capability, path });
  }
  const all = inVain.told;
  return all && [...all.asked.map(({ capability, path }) => `${capability} ${path}`), ...(all.isCut ? ["cut"] : [])];
};

test.each([
  [["read a"], ["read a"]],
  [["read a", "read a"], ["read a"]],
  [
    ["read a", "read b", "read c", "read d"],
    ["read a", "read b", "read c", "read d"],
  ],
  [
    ["read a", "read b", "read c", "read d", "read e"],
    ["read a", "read b", "read d", "read e", "cut"],
  ],
  [
    ["read a", "read b", "read c", "write d", "read e", "write f"],
    ["write d", "write f"],
  ],
])("of %j is told %j: both ends, and what was to be written", (asked, expected) => {
  expect(told(...asked)).toEqual(expected);
});

test("nothing is told of nothing", () => {
  expect(told()).toBeUndefined();
});
