import { expect, test } from "bun:test";
import {
  type ComponentType,
  type ExternType,
  type FuncType,
  type InstanceType,
  newResource,
  type Resource,
} from "./component-types.ts";
import { externMismatch } from "./subtype.ts";

const shared = newResource();
const func: FuncType = { kind: "func", isAsync: false, params: [], result: undefined, hasResource: false };

/** Instance types that export the type of the one before. */
function nested(levels: number, last: ExternType) {
  let looks = 0;
  const instance = (exports: InstanceType["exports"]): InstanceType => ({
    kind: "instance",
    get exports() {
      looks += 1;
      return exports;
    },
    resources: [],
  });
  let type = instance(new Map([["last", last]]));
  for (let level = 1; level < levels; level += 1) type = instance(new Map([["t", { kind: "type", type }]]));
  return { type: { kind: "type", type } as const, looks: () => looks };
}

test("equality of types is asked once at each level, not both ways", () => {
  const levels = 64;
  const [one, other] = [nested(levels, func), nested(levels, { ...func })];
  expect(externMismatch(one.type, other.type)).toBeUndefined();
  expect(one.looks()).toBeLessThanOrEqual(4 * levels);
  expect(other.looks()).toBeLessThanOrEqual(4 * levels);
});

test("what differs at the end of them is told with the way there", () => {
  const mismatch = externMismatch(nested(3, func).type, nested(3, { ...func, isAsync: true }).type);
  const step = "type mismatch in instance export `t`: ";
  expect(mismatch).toBe(`${step}${step}type mismatch in instance export \`last\`: expected async func type to match`);
});

const resourceType = (resource: Resource): ExternType => ({ kind: "type", type: { kind: "resource", resource } });
const instanceOf = (...resources: readonly Resource[]): InstanceType => ({
  kind: "instance",
  exports: new Map(resources.map((resource, index) => [`r${index}`, resourceType(resource)])),
  resources: [...new Set(resources)],
});

test.each([
  ["two for two", [newResource(), newResource()], [newResource(), newResource()], undefined],
  ["one for two", [shared, shared], [newResource(), newResource()], "resource types are not the same"],
  ["two for one", [newResource(), newResource()], [shared, shared], /resource types are not the same/],
])("open resources of equal types: %s", (_, given, wanted, mismatch) => {
  const found = externMismatch(
    { kind: "type", type: instanceOf(...given) },
    { kind: "type", type: instanceOf(...wanted) },
  );
  if (mismatch === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(mismatch);
});

test("a resource from outside is none that a type leaves open", () => {
  const outside = { ...instanceOf(shared), resources: [] };
  const mismatch = externMismatch({ kind: "type", type: outside }, { kind: "type", type: instanceOf(newResource()) });
  expect(mismatch).toBe("resource types are not the same");
  expect(externMismatch(outside, instanceOf(newResource()))).toBeUndefined();
});

test("equal types of components import the same, no less", () => {
  const component = (...names: readonly string[]): ExternType => ({
    kind: "component",
    imports: new Map(names.map((name) => [name, func])),
    exports: new Map(),
    importedResources: [],
    definedResources: new Set(),
  });
  const asType = (type: ExternType): ExternType => ({ kind: "type", type: type as ComponentType }); // the same kind
  expect(externMismatch(component(), component("f"))).toBeUndefined();
  expect(externMismatch(component("f"), component())).toBe("missing expected import `f`");
  expect(externMismatch(asType(component()), asType(component("f")))).toBe("missing expected import `f`");
  expect(externMismatch(asType(component("f")), asType(component()))).toBe("missing expected import `f`");
  expect(externMismatch(asType(component("f")), asType(component("f")))).toBeUndefined();
});
