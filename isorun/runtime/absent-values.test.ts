/** Options: a value that is absent is undefined, and who gives null is told so. */
import { expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (core module $m (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
    (func (export "text") (param i32 i32 i32) (result i32) (local.get 0))
    (func (export "both") (param i32 i32 i32) (result i32) (local.get 1)))
  (core instance $i (instantiate $m))
  (type $r' (record (field "a" u32) (field "b" (option u32))))
  (export $r "r" (type $r'))
  (func (export "text") (param "x" (option string)) (result u32)
    (canon lift (core func $i "text") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (func (export "both") (param "x" $r) (result u32) (canon lift (core func $i "both"))))`;

test("null is refused with what is meant instead", async () => {
  const runtime = new Runtime();
  const instance = await runtime.instance(await runtime.load((await assemble([text]))(text))).instantiate();
  const [give, both] = [instance.func("text"), instance.func("both")];
  expect([give(undefined), give("a"), both({ a: 1 }), both({ a: 1, b: 2 })]).toEqual([0, 1, 0, 1]);
  const hint = "found null; where there is no value, it is undefined";
  expect(thrownBy(() => give(null))).toMatchObject({
    code: "invalid-argument",
    message: `'text': args[0] ('x') must be string (a string of Unicode scalar values), ${hint}`,
  });
  expect(thrownBy(() => both({ a: 1, b: null }))).toMatchObject({ message: expect.stringContaining(hint) });
  expect(thrownBy(() => both({ a: null }))).toMatchObject({ message: expect.stringMatching(/found null$/) });
});
