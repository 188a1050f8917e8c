import { expect, test } from "bun:test";
import type { CoreSubType, CoreValType } from "../decode/ast.ts";
import { CoreTypeSpace } from "./core-types.ts";

const func = (params: readonly CoreValType[]): CoreSubType => ({
  isFinal: true,
  supertypes: [],
  type: { kind: "func", params, results: [] },
});
const ref = (heap: number): CoreValType => ({ kind: "ref", isNullable: true, heap });

/** Each type names the one before it twice. */
function chain(levels: number, first: readonly CoreValType[]): CoreTypeSpace {
  const space = new CoreTypeSpace();
  space.addGroup([func(first)]);
  for (let level = 0; level < levels; level += 1) space.addGroup([func([ref(level), ref(level)])]);
  return space;
}

test("types are told apart however deep they differ, without their whole text", () => {
  const levels = 2000;
  const [one, same, other] = [chain(levels, ["i32"]), chain(levels, ["i32"]), chain(levels, ["i64"])];
  expect(one.keyAt(levels)).toBe(same.keyAt(levels));
  expect(one.keyAt(levels)).not.toBe(other.keyAt(levels));
  expect(one.keyAt(levels)).not.toBe(one.keyAt(levels - 1));
});

test("equal types at different indices are one", () => {
  const space = new CoreTypeSpace();
  for (const params of [["i32"], ["i64"], ["i32"]] as const) space.addGroup([func(params)]);
  space.addGroup([func([ref(0)])]);
  space.addGroup([func([ref(2)])]);
  space.addGroup([func([ref(1)])]);
  expect(space.keyAt(3)).toBe(space.keyAt(4));
  expect(space.keyAt(3)).not.toBe(space.keyAt(5));
  expect(space.valKey(ref(0))).toBe(space.valKey(ref(2)));
  expect(space.valKey(ref(0))).not.toBe(space.valKey(ref(1)));
  expect(space.valKey("i32")).not.toBe(space.valKey("i64"));
});

test("a place in a recursion group is not the same as another, nor as a type alone", () => {
  const [space, same, alone] = [new CoreTypeSpace(), new CoreTypeSpace(), new CoreTypeSpace()];
  space.addGroup([func([]), func([])]);
  same.addGroup([func(["i32"])]);
  same.addGroup([func([]), func([])]);
  alone.addGroup([func([])]);
  expect(space.keyAt(0)).not.toBe(space.keyAt(1));
  expect([space.keyAt(0), space.keyAt(1)]).toEqual([same.keyAt(1), same.keyAt(2)]);
  expect(space.keyAt(0)).toBe(same.keyAt(1));
  expect(space.keyAt(0)).not.toBe(alone.keyAt(0));
});

test("types that name themselves are equal where their groups are", () => {
  const [one, other] = [new CoreTypeSpace(), new CoreTypeSpace()];
  one.addGroup([func([ref(0)])]);
  other.addGroup([func(["i32"])]);
  other.addGroup([func([ref(1)])]);
  expect(other.keyAt(1)).toBe(one.keyAt(0));
});
