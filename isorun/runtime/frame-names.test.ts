/** Names of functions that a trap came out of: there are as many as a guest likes, and frames of one trap are many too. */
import { expect, spyOn, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { Component } from "./component.ts";
import { ComponentFrames } from "./frame-names.ts";
import { Runtime } from "./runtime.ts";

const many = 1000;

const named = `(component $c
  (core module $m
    (import "" "imported" (func $imported))
    ${Array.from({ length: many }, (_, index) => `(func $f${index} (export "e${index}"))`).join("\n")})
  (core module $n
    (func) (func $other)
    ${Array.from({ length: many }, (_, index) => `(func $g${index})`).join("\n")}))`;

async function framesOf(text: string): Promise<ComponentFrames> {
  const component = await new Runtime().load((await assemble([text]))(text));
  return new ComponentFrames(Component.partsOf(component).valid, () => component.hash);
}

test("a function is a module's own by its name, by its index, or by both", async () => {
  const frames = await framesOf(named);
  const has = (module: string, func?: string, index?: number): boolean => frames.has({ module, func, index });
  expect([has("m", "f7"), has("m", "f7", 8), has("m", "f7", 9), has("m", undefined, 8)]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect([has("m", "g7"), has("m", "imported"), has("o", "f7"), has("m", undefined, many + 1)]).toEqual(
    Array.from({ length: 4 }, () => false),
  );
  expect(frames.of({ module: "n", func: undefined, index: undefined })).toEqual({ component: "c", func: "function 0" });
});

test("names are gone through once, and not for each frame", async () => {
  const frames = await framesOf(named);
  const walks = (["entries", "values", "keys", Symbol.iterator] as const).map((way) => spyOn(Map.prototype, way));
  try {
    for (let depth = 0; depth < 100; depth += 1) {
      const frame = { module: depth % 2 === 0 ? "m" : "n", func: `f${depth}`, index: undefined };
      frames.has(frame);
      frames.of(frame);
    }
    // Those of two modules.
    const walked = walks.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    expect(walked).toBeGreaterThan(0);
    expect(walked).toBeLessThanOrEqual(4);
  } finally {
    for (const walk of walks) walk.mockRestore();
  }
});
