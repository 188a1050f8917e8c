/** What a component shows of its imports and exports: everybody who loads the same bytes holds the same object. */
import { expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import type { ComponentType, ExternType, InstanceType } from "../types/component-types.ts";
import type { ModuleType } from "../types/core-types.ts";
import { Runtime } from "./runtime.ts";
import { shownItems } from "./shown-items.ts";

const text = `(component
  (import "host" (instance $host (export "base" (func (result u32)))))
  (core func $base (canon lower (func $host "base")))
  (core module $m (import "" "base" (func $base (result i32))) (func (export "run") (result i32) (call $base)))
  (core instance $i (instantiate $m (with "" (instance (export "base" (func $base))))))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

test("who holds it cannot harm others by it", async () => {
  const bytes = (await assemble([text]))(text);
  const runtime = new Runtime();
  const component = await runtime.load(bytes);
  const { exports, imports } = await runtime.load(bytes.slice());
  expect([component.exports, component.imports]).toEqual([exports, imports]);
  expect(component.exports).toBe(exports);
  const host = imports.get("host") as InstanceType; // as the text says
  for (const [map, name] of [
    [exports, "run"],
    [imports, "host"],
    [host.exports, "base"],
  ] as const) {
    const shown = map as Map<string, unknown>; // what a program without types sees
    for (const change of [() => shown.delete(name), () => shown.clear(), () => shown.set(name, { kind: "type" })]) {
      expect(thrownBy(change)).toMatchObject({ name: "TypeError", code: "invalid-argument" });
    }
    // Whoever takes pains changes what is shown, and nothing else.
    Map.prototype.clear.call(shown);
  }
  const builder = runtime.instance(component).linkHost((linker) => {
    linker.instance("host", (given) => given.func("base", () => 7));
  });
  const instance = await builder.instantiate();
  expect(await instance.call("run")).toBe(7);
  await runtime.close();
});

test("what stands in each other is shown level by level, however deep", () => {
  let type: ExternType = { kind: "instance", exports: new Map(), resources: [] };
  for (let depth = 0; depth < 100_000; depth += 1) {
    type = { kind: "instance", exports: new Map([["in", type]]), resources: [] };
  }
  const component: ExternType = {
    kind: "component",
    imports: new Map<string, ExternType>([
      ["in", type],
      ["module", { kind: "core module", imports: [], exports: new Map() }],
    ]),
    exports: new Map([["in", { kind: "type", type }]]),
    importedResources: [],
    definedResources: new Set(),
  };
  const [shown] = shownItems(new Map([["component", component]])).values();
  expect(shown).toMatchObject({ kind: "component", importedResources: [], definedResources: new Set() });
  const { imports, exports } = shown as ComponentType; // as above
  for (const items of [imports, exports, (imports.get("module") as ModuleType).exports]) {
    expect(thrownBy(() => (items as Map<string, unknown>).clear())).toBeInstanceOf(TypeError); // the same
  }
});
