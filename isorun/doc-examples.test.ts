/**
 * The examples in doc comments of the library run, and what stands behind an arrow is what they give. They find the door's
 * names, a runtime, and the bytes of components: `greet` of the examples, `twice`, which imports `fetch`, `fetching`, which
 * exports it, and `printing`, which writes to standard output.
 */
import { beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assemble } from "../tests/components/assemble.ts";
import * as library from "./index.ts";
import * as wasi from "./wasi/index.ts";

const texts = {
  printing: readFileSync(join(import.meta.dir, "../tests/components/wasi/stdio.wat"), "utf8"),
  greet: readFileSync(join(import.meta.dir, "../examples/greet.wat"), "utf8"),
  twice: `(component
    (import "fetch" (func $fetch (param "x" u32) (result u32)))
    (core func $fetch (canon lower (func $fetch)))
    (core module $m
      (import "" "fetch" (func $fetch (param i32) (result i32)))
      (func $run (export "run") (param i32) (result i32)
        (i32.add (call $fetch (local.get 0)) (call $fetch (local.get 0)))))
    (core instance $i (instantiate $m (with "" (instance (export "fetch" (func $fetch))))))
    (func (export "run") (param "x" u32) (result u32) (canon lift (core func $i "run"))))`,
  fetching: `(component
    (core module $m (func (export "fetch") (param i32) (result i32) (i32.add (local.get 0) (i32.const 10))))
    (core instance $i (instantiate $m))
    (func (export "fetch") (param "x" u32) (result u32) (canon lift (core func $i "fetch"))))`,
};

/** Of each: what its classes belong to. */
const documented = [
  "errors/errors.ts",
  "runtime/component.ts",
  "runtime/instance-builder.ts",
  "runtime/instance-handle.ts",
  "runtime/linker.ts",
  "runtime/runtime.ts",
  "wasi/stdio.ts",
];

let bytes: Record<string, Uint8Array>;

beforeAll(async () => {
  const read = await assemble(Object.values(texts));
  bytes = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, read(text)]));
}, 120_000);

const examplesIn = (source: string): string[] =>
  [...source.matchAll(/^ *\* ```ts\n(.*?)^ *\* ```$/gms)].map(([, code = ""]) => code.replace(/^ *\* ?/gm, ""));

/** `expression; // → value` compares them. */
const checked = (code: string): string =>
  code.replace(
    /^(.+); \/\/ → (.+)$/gm,
    (_, expression: string, value: string) => `$expect((${expression}), ${value});`,
  );

test.each(documented)("examples of %s", async (path) => {
  const examples = examplesIn(readFileSync(join(import.meta.dir, path), "utf8"));
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    let compared = 0;
    const given = {
      ...library,
      ...wasi,
      ...bytes,
      ...(example.includes("runtime = ") ? {} : { runtime: new library.Runtime() }),
      $expect: (found: unknown, value: unknown) => {
        compared += 1;
        expect(found).toEqual(value);
      },
    };
    const script = `export default async ({ ${Object.keys(given).join(", ")} }) => {\n${checked(example)}\n};`;
    const javascript = new Bun.Transpiler({ loader: "ts" }).transformSync(script).replace("export default", "return");
    // Our own comments, as this file reads them.
    // oxlint-disable-next-line no-implied-eval
    const run = new Function(javascript)() as (names: object) => Promise<void>;
    await run(given);
    expect(compared).toBeGreaterThan(0);
  }
});
