import { expect, test } from "bun:test";
import { isFault } from "../fault.ts";
import { escapeCommas, splitCommas } from "./comma-list.ts";

const textsOf = (list: string) => {
  const items = splitCommas(list);
  return isFault(items) ? items : items.map(({ text }) => text);
};

test.each([
  ["a", ["a"]],
  ["a,b", ["a", "b"]],
  ["a,,b", ["a,b"]],
  ["a,,,b", ["a,", "b"]],
  ["a,,,,b", ["a,,b"]],
  [",,a,b", [",a", "b"]],
  [",,", [","]],
  ["a, b", ["a", " b"]],
])("'%s'", (list, items) => {
  expect(textsOf(list)).toEqual(items);
});

test.each([
  ["", 0],
  [",a", 0],
  ["a,", 2],
  ["a,,,", 4],
  [",,,", 3],
])("'%s' has an empty item", (list, at) => {
  expect(splitCommas(list)).toEqual({ reason: "has an empty item", start: at, end: at + 1 });
});

test("places in an item are places in the list", () => {
  const items = splitCommas("x,a,,b,,c");
  expect(isFault(items) ? items : items[1]?.rangeOf({ start: 2, end: 4 })).toEqual({ start: 5, end: 8 });
  expect(isFault(items) ? items : items[1]?.rangeOf({ start: 5, end: 6 })).toEqual({ start: 9, end: 10 });
});

test.each(["a", "a,b", ",", ",,a,"])("'%s' survives as the one item of a list", (item) => {
  expect(textsOf(escapeCommas(item))).toEqual([item]);
});
