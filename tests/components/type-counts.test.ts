/** Limits of types that take too much text to be written out in a script (wasmparser, limits.rs). */
import { expect, test } from "bun:test";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { assemble } from "./assemble.ts";

const times = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(" ");

const kinds: readonly (readonly [what: string, max: number, type: (count: number) => string])[] = [
  ["record field", 10_000, (count) => `(record ${times(count, (index) => `(field "f${index}" u8)`)})`],
  ["variant cases", 10_000, (count) => `(variant ${times(count, (index) => `(case "c${index}" u8)`)})`],
  ["enum cases", 10_000, (count) => `(enum ${times(count, (index) => `"c${index}"`)})`],
  ["tuple types", 10_000, (count) => `(tuple ${times(count, () => "u8")})`],
  ["component function parameters", 1000, (count) => `(func ${times(count, (index) => `(param "p${index}" u8)`)})`],
];

const textOf = (type: (count: number) => string, count: number): string => `(component (type ${type(count)}))`;
const read = await assemble(kinds.flatMap(([, max, type]) => [textOf(type, max), textOf(type, max + 1)]));

test.each(kinds)("%s: %d, and no more", async (what, max, type) => {
  await new Runtime().load(read(textOf(type, max)));
  const refusal = await new Runtime().load(read(textOf(type, max + 1))).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: "validation",
    message: expect.stringContaining(`${what} size is out of bounds`),
  });
});

const subtypesText = (count: number): string =>
  `(component (core type (sub (func))) ${times(count, (index) => `(core type (sub ${index} (func)))`)})`;
const subtypes = await assemble([subtypesText(63), subtypesText(64)]);

test("core types have 63 others above them, and no more", async () => {
  await new Runtime().load(subtypes(subtypesText(63)));
  const refusal = await new Runtime().load(subtypes(subtypesText(64))).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: "validation",
    message: expect.stringContaining("sub type hierarchy too deep: found depth 64, cannot exceed depth 63"),
  });
});

/** One component passes a variant of as many cases as there may be to another: its adapter has a block for each. */
const cases = times(10_000, (index) => `(case "c${index}" u32)`);
const variantText = `(component
  (component $inner
    (type $v (variant ${cases})) (export $v' "v" (type $v))
    (core module $m (func (export "run") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
    (core instance $i (instantiate $m))
    (func (export "run") (param "v" $v') (result u32) (canon lift (core func $i "run"))))
  (instance $inner (instantiate $inner))
  (core func $lowered (canon lower (func $inner "run")))
  (core module $n (import "" "run" (func $run (param i32 i32) (result i32)))
    (func (export "run") (param i32 i32) (result i32) (call $run (local.get 0) (local.get 1))))
  (core instance $n (instantiate $n (with "" (instance (export "run" (func $lowered))))))
  (func (export "run") (param "case" u32) (param "val" u32) (result u32) (canon lift (core func $n "run"))))`;
const variants = await assemble([variantText]);

test("a variant of as many cases as there may be goes through an adapter", async () => {
  const runtime = new Runtime();
  const instance = await runtime.instance(await runtime.load(variants(variantText))).instantiate();
  const run = instance.func("run");
  expect([run(0, 5), run(4321, 5), run(9999, 1)]).toEqual([5, 4326, 10_000]);
  expect(() => run(10_000, 1)).toThrow("invalid variant discriminant");
});
