/** Error contexts between components: not built yet, and said so before anything is copied as if it were a number. */
import { beforeAll, expect, test } from "bun:test";
import { failureOf } from "../../isorun/errors/testing/failure-of.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { assemble } from "./assemble.ts";

const passing = (type: string, params: string): string => `(component
  (component $A
    (core module $m (memory (export "mem") 1) (func (export "f") (param ${params}))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "x" ${type})
      (canon lift (core func $i "f") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))
  (component $B (import "f" (func $f (param "x" ${type})))
    (core module $m (memory (export "mem") 1)) (core instance $i (instantiate $m))
    (core func (canon lower (func $f) (memory (core memory $i "mem")))))
  (instance $a (instantiate $A))
  (instance (instantiate $B (with "f" (func $a "f")))))`;

const texts = [passing("error-context", "i32"), passing("(list error-context)", "i32 i32")];

let read: (text: string) => Uint8Array;
beforeAll(async () => {
  read = await assemble(texts);
}, 120_000);

test.each(texts.map((text, index) => [["alone", "in a list"][index], text] as const))("%s", async (_, text) => {
  const runtime = new Runtime();
  const component = await runtime.load(read(text));
  expect(await failureOf(runtime.instance(component).instantiate())).toMatchObject({
    code: "unsupported",
    message: expect.stringContaining("an error context between components"),
  });
});
