import { expect, test } from "bun:test";
import type { InstanceType, ValueType } from "./component-types.ts";
import { ExtentSum, extentOf, extentProblem } from "./type-extent.ts";
import { makeValueType, primitiveType } from "./value-type.ts";

const u8 = primitiveType("u8");
const twice = (type: ValueType): ValueType => makeValueType({ kind: "tuple", types: [type, type] });
const list = (element: ValueType): ValueType => makeValueType({ kind: "list", element });

function repeated(times: number, make: (type: ValueType) => ValueType): ValueType {
  let type = u8;
  for (let level = 0; level < times; level += 1) type = make(type);
  return type;
}

test("what is named twice counts twice", () => {
  expect(extentOf(u8)).toEqual({ size: 1, depth: 1 });
  expect(extentOf(list(u8))).toEqual({ size: 2, depth: 2 });
  expect(extentOf(repeated(10, twice))).toEqual({ size: 2 ** 11 - 1, depth: 11 });
});

test("sizes of what nobody could walk are numbers yet", () => {
  const type = repeated(2000, twice);
  expect(type.extent.size).toBe(Number.POSITIVE_INFINITY);
  expect(extentProblem(type.extent)).toBe("effective type size exceeds the limit of 1000000");
});

test("both limits are met exactly", () => {
  expect(extentProblem({ size: 999_999, depth: 100 })).toBeUndefined();
  expect(extentProblem({ size: 1_000_000, depth: 1 })).toBe("effective type size exceeds the limit of 1000000");
  expect(extentProblem({ size: 1, depth: 101 })).toBe("type nesting is too deep");
});

test("a list counts what was added to it, and nothing that was refused", () => {
  const sum = new ExtentSum();
  const half = { kind: "type", type: repeated(17, twice) } as const;
  const answers = [1, 2, 3, 4].map(() => sum.add(half));
  expect(answers.map((answer) => answer === undefined)).toEqual([true, true, true, false]);
  expect(sum.add({ kind: "type", type: u8 })).toBeUndefined();
});

test("exports of an instance are looked at once, however often it is named", () => {
  let looks = 0;
  const instance = (exports: InstanceType["exports"]): InstanceType => ({
    kind: "instance",
    get exports() {
      looks += 1;
      return exports;
    },
    resources: [],
  });
  let type = instance(new Map([["f", { kind: "type", type: u8 }]]));
  for (let level = 0; level < 40; level += 1) {
    type = instance(
      new Map([
        ["a", type],
        ["b", type],
      ]),
    );
  }
  expect(extentOf(type).depth).toBe(42);
  expect(looks).toBe(41);
});
