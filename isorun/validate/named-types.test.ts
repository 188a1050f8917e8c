import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import {
  type AnyType,
  type InstanceType,
  newResource,
  type Resource,
  type ValueType,
} from "../types/component-types.ts";
import { makeValueType, primitiveType } from "../types/value-type.ts";
import { hasFreeResources } from "./free-resources.ts";
import { NamedTypes } from "./named-types.ts";

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

const ownOf = (resource: Resource): ValueType =>
  makeValueType({ kind: "own", resource: { kind: "resource", resource } });
const around = (items: Readonly<Record<string, AnyType>>, ...resources: readonly Resource[]): InstanceType => ({
  kind: "instance",
  exports: new Map(Object.entries(items).map(([name, type]) => [name, { kind: "type", type }])),
  resources,
});

test("resources are looked for once in each part", () => {
  const resource = newResource();
  const { type, looks } = twiceNamed(levels, ownOf(resource));
  expect(hasFreeResources(type)).toBe(true);
  const closed = around({ a: type, b: type }, resource);
  const asked = [closed, closed, around({ closed, again: closed }, newResource())].map(hasFreeResources);
  expect(asked).toEqual([false, false, false]);
  expect(looks()).toBe(levels);
});

test("a resource that is introduced further out hides no other", () => {
  const [outer, own, foreign] = [newResource(), newResource(), newResource()];
  const inner = around({ own: ownOf(own), outer: ownOf(outer), foreign: ownOf(foreign) }, own);
  expect(hasFreeResources(around({ inner }, outer))).toBe(true);
  expect(hasFreeResources(around({ inner, again: around({ inner }) }, outer, foreign))).toBe(false);
  expect(hasFreeResources(around({ own: ownOf(own) }, own))).toBe(false);
});

test("what many types name is not kept for each of them", () => {
  const resources = Array.from({ length: 300 }, newResource);
  const all = makeValueType({ kind: "tuple", types: resources.map(ownOf) });
  const lists = resources.map((_, index) => [`l${index}`, makeValueType({ kind: "list", element: all })] as const);
  const type = around(Object.fromEntries(lists), ...resources);
  const sets = (): number => heapStats().objectTypeCounts["Set"] ?? 0;
  const before = sets();
  expect(hasFreeResources(type)).toBe(false);
  expect(sets() - before).toBeLessThan(lists.length / 2);
});
