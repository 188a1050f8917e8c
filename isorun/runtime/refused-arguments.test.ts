/** A caller whose arguments cannot be lifted ends alone: no frame of the instance that it calls is on the stack. */
import { expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** `realloc` answers outside of the memory for blocks of 13 bytes. */
const provider = `(component
  (component $inner
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r')) (core func $drop (canon resource.drop $r'))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (select (i32.const -16) (i32.const 1024) (i32.eq (local.get 3) (i32.const 13))))
      (func (export "make") (result i32) (call $new (i32.const 5)))
      (func (export "text") (param i32 i32) (result i32) (local.get 1))
      (func (export "char") (param i32) (result i32) (local.get 0))
      (func (export "lend") (param i32 i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
      (func (export "give") (param i32 i32 i32) (result i32) (call $drop (local.get 0)) (call $drop (local.get 1))
        (local.get 2)))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (func (export "make") (result (own $r)) (canon lift (core func $i "make")))
    (func (export "text") (param "s" string) (result u32)
      (canon lift (core func $i "text") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
    (func (export "longs") (param "l" (list u32)) (result u32)
      (canon lift (core func $i "text") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
    (func (export "char") (param "c" char) (result u32) (canon lift (core func $i "char")))
    (func (export "lend") (param "a" (borrow $r)) (param "b" (borrow $r)) (param "c" char) (result u32)
      (canon lift (core func $i "lend")))
    (func (export "give") (param "a" (own $r)) (param "b" (own $r)) (param "c" char) (result u32)
      (canon lift (core func $i "give"))))
  (instance $inner (instantiate $inner))
  (export "p" (instance $inner)))`;

const signatures = `
  (export "make" (func (result (own $r))))
  (export "text" (func (param "s" string) (result u32)))
  (export "longs" (func (param "l" (list u32)) (result u32)))
  (export "char" (func (param "c" char) (result u32)))
  (export "lend" (func (param "a" (borrow $r)) (param "b" (borrow $r)) (param "c" char) (result u32)))
  (export "give" (func (param "a" (own $r)) (param "b" (own $r)) (param "c" char) (result u32)))`;

const consumer = `(component
  (import "p" (instance $p (export "r" (type $r (sub resource))) ${signatures}))
  (alias export $p "r" (type $r))
  (core module $mem (memory (export "mem") 1))
  (core instance $mem (instantiate $mem))
  (core func $make (canon lower (func $p "make")))
  (core func $text (canon lower (func $p "text") (memory (core memory $mem "mem"))))
  (core func $longs (canon lower (func $p "longs") (memory (core memory $mem "mem"))))
  (core func $char (canon lower (func $p "char")))
  (core func $lend (canon lower (func $p "lend")))
  (core func $give (canon lower (func $p "give")))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "text" (func $text (param i32 i32) (result i32)))
    (import "" "longs" (func $longs (param i32 i32) (result i32)))
    (import "" "char" (func $char (param i32) (result i32)))
    (import "" "lend" (func $lend (param i32 i32 i32) (result i32)))
    (import "" "give" (func $give (param i32 i32 i32) (result i32)))
    (func (export "text") (param i32 i32) (result i32) (call $text (local.get 0) (local.get 1)))
    (func (export "longs") (param i32 i32) (result i32) (call $longs (local.get 0) (local.get 1)))
    (func (export "char") (param i32 i32) (result i32) (call $char (local.get 0)))
    ;; The second handle is the first one and so many more.
    (func (export "lend") (param i32 i32) (result i32) (local $h i32)
      (local.set $h (call $make))
      (call $lend (local.get $h) (i32.add (local.get $h) (local.get 0)) (local.get 1)))
    (func (export "give") (param i32 i32) (result i32) (local $h i32)
      (local.set $h (call $make)) (drop (call $make))
      (call $give (local.get $h) (i32.add (local.get $h) (local.get 0)) (local.get 1))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "text" (func $text))
    (export "longs" (func $longs)) (export "char" (func $char)) (export "lend" (func $lend)) (export "give" (func $give))))))
  ${["text", "longs", "char", "lend", "give"]
    .map(
      (name) =>
        `(func (export "${name}") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "${name}")))`,
    )
    .join("\n  ")})`;

const texts = [provider, consumer];

async function pair(): Promise<{ runtime: Runtime; serving: InstanceHandle; connect: () => Promise<InstanceHandle> }> {
  const runtime = new Runtime();
  const [serves, calls] = [
    await runtime.load((await assemble(texts))(provider)),
    await runtime.load((await assemble(texts))(consumer)),
  ];
  const serving = await runtime.instance(serves).budget({ maxHandles: 1000 }).instantiate();
  const connect = () => runtime.instance(calls).linkLocal("p", serving).instantiate();
  return { runtime, serving, connect };
}

const outside = 65_536;
const wrong: readonly (readonly [name: string, args: readonly number[], words: string])[] = [
  ["text", [outside, 1], "wasm trap: string content out-of-bounds"],
  ["longs", [1, 1], "wasm trap: unaligned pointer"],
  ["longs", [outside, 1], "wasm trap: list content out-of-bounds"],
  ["longs", [0, 2 ** 30], "wasm trap: list content out-of-bounds"],
  ["char", [0xd800, 0], "invalid `char` bit pattern"],
  ["lend", [7, 97], "unknown handle index 8"],
  ["lend", [0, 0xd800], "invalid `char` bit pattern"],
  ["give", [0, 97], "unknown handle index 1"],
  ["give", [1, 0xd800], "invalid `char` bit pattern"],
];

for (const how of ["func", "call"] as const) {
  test.each(wrong)(`'%s' of %p by ${how}`, async (name, args, words) => {
    const { serving, connect } = await pair();
    const [hostile, good] = [await connect(), await connect()];
    if (how === "func") expect(() => hostile.func(name)(...args)).toThrow(words);
    else expect(await hostile.call(name, args).catch((error: unknown) => error)).toMatchObject({ message: words });
    expect([hostile.state, serving.state, serving.usage().handles]).toEqual(["trapped", "ready", 0]);
    // Whoever calls next is answered, also with handles.
    expect([good.func("lend")(0, 97), good.func("give")(1, 97), good.func("text")(0, 3)]).toEqual([10, 97, 3]);
    expect(await good.call("char", [97, 0])).toBe(97);
    expect([good.state, serving.state, serving.usage().handles]).toEqual(["ready", "ready", 0]);
  });
}

test("an allocator that answers nonsense ends its instance too", async () => {
  const { serving, connect } = await pair();
  const caller = await connect();
  expect(() => caller.func("text")(0, 13)).toThrow("out-of-bounds");
  expect([caller.state, serving.state]).toEqual(["trapped", "trapped"]);
});
