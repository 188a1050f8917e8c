import { expect, test } from "bun:test";
import { newResource, type ValueType } from "../types/component-types.ts";
import { makeValueType, primitiveType } from "../types/value-type.ts";
import { NamedTypes } from "./named-types.ts";
import { freeResources } from "./scope.ts";

/** Each names the one before it twice; says how often somebody looked at the parts of one. */
function twiceNamed(levels: number, last: ValueType): { readonly type: ValueType; readonly looks: () => number } {
  let looks = 0;
  let type = last;
  for (let level = 0; level < levels; level += 1) {
    const types = [type, type];
    const made = makeValueType({ kind: "tuple", types });
    type = Object.defineProperty({ ...made }, "types", {
      get: () => {
        looks += 1;
        return types;
      },
      enumerable: true,
    });
    // What making it took is not counted.
    looks = 0;
  }
  return { type, looks: () => looks };
}

const levels = 30;

test("whether a type is named is asked once of each of its parts", () => {
  const { type, looks } = twiceNamed(levels, primitiveType("u8"));
  const named = new NamedTypes();
  const func = {
    kind: "func",
    isAsync: false,
    params: [{ label: "a", type }],
    result: type,
    hasResource: false,
  } as const;
  expect(named.register(func, "import")).toBe(true);
  expect(named.register(func, "export")).toBe(true);
  expect(looks()).toBe(2 * levels);
});

test("what has no name is told, also where its neighbours have one", () => {
  const record = makeValueType({ kind: "record", fields: [{ label: "a", type: primitiveType("u8") }] });
  const { type } = twiceNamed(levels, record);
  const func = { kind: "func", isAsync: false, params: [], result: type, hasResource: false } as const;
  const named = new NamedTypes();
  expect(named.register(func, "import")).toBe(false);
  expect(named.register({ kind: "type", type: record }, "export")).toBe(true);
  expect(named.register(func, "import")).toBe(false);
  expect(named.register(func, "export")).toBe(true);
});

test("resources are looked for once in each part", () => {
  const resource = newResource();
  const own = makeValueType({ kind: "own", resource: { kind: "resource", resource } });
  const { type, looks } = twiceNamed(levels, own);
  expect([...freeResources(type)]).toEqual([resource]);
  expect([...freeResources(type)]).toEqual([resource]);
  expect(looks()).toBe(levels);
});
