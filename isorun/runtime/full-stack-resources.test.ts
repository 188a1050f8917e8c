/** A guest that fills the native stack while it is given resources of the host, gives them, or drops them: none is lost. */
import { expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { Runtime } from "./runtime.ts";

/**
 * Each calls itself without end. What is dropped was given before: where it is given beside that, the stack is full there
 * first. Frames are large, or the stack had room for more of them than there are handles.
 */
const text = `(component
  (import "h" (type $h (sub resource)))
  (import "get" (func $get (result (own $h))))
  (import "list" (func $list (result (list (own $h)))))
  (import "put" (func $put (param "h" (own $h))))
  (core module $mm (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $mi (instantiate $mm))
  (core func $get' (canon lower (func $get)))
  (core func $list' (canon lower (func $list) (memory (core memory $mi "mem")) (realloc (core func $mi "realloc"))))
  (core func $put' (canon lower (func $put)))
  (core func $drop (canon resource.drop $h))
  (core module $m
    (import "" "get" (func $get (result i32)))
    (import "" "list" (func $list (param i32)))
    (import "" "put" (func $put (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (func $list' (export "list") (call $list (i32.const 0)) (call $list'))
    (func $put' (export "put") (call $put (call $get)) (call $put'))
    (global $last (mut i32) (i32.const 0))
    (func $drop' (param $next i32) (param $a i64) (param $b i64) (param $c i64) (param $d i64) (result i64)
      (call $drop (local.get $next))
      (call $drop' (i32.add (local.get $next) (i32.const 1))
        (i64.add (local.get $a) (i64.const 1)) (i64.add (local.get $b) (i64.const 2))
        (i64.add (local.get $c) (i64.const 3)) (i64.add (local.get $d) (i64.const 4)))
      (i64.add (local.get $a)) (i64.mul (local.get $b)) (i64.add (local.get $c)) (i64.mul (local.get $d)))
    (func (export "drop")
      (loop $more
        (global.set $last (call $get))
        (br_if $more (i32.lt_u (global.get $last) (i32.const 200000))))
      (drop (call $drop' (i32.const 1) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)))))
  (core instance $i (instantiate $m (with "" (instance
    (export "get" (func $get')) (export "list" (func $list')) (export "put" (func $put')) (export "drop" (func $drop))))))
  (func (export "run-list") (canon lift (core func $i "list")))
  (func (export "run-put") (canon lift (core func $i "put")))
  (func (export "run-drop") (canon lift (core func $i "drop"))))`;

const runtime = new Runtime();

/** Something is left to do behind each call: otherwise engines may take its frame away. */
function at(depth: number, run: () => void): number {
  if (depth > 0) return 1 + at(depth - 1, run);
  run();
  return 0;
}

test.each(["list", "put", "drop"])("every object is the host's again ('%s')", async (name) => {
  const component = await runtime.load((await assemble([text]))(text));
  for (let round = 0; round < 8; round += 1) {
    const outside = new Set<object>();
    const inside = new Set<object>();
    const give = (): object => {
      const object = {};
      inside.add(object);
      return object;
    };
    const take = (object: unknown): void => {
      if (!inside.delete(object as object)) outside.add(object as object);
    };
    const instance = await runtime
      .instance(component)
      .linkHost((linker) => {
        linker.resource("h", { drop: take });
        linker.func("get", give);
        linker.func("list", () => [give()]);
        linker.func("put", take);
      })
      .instantiate();
    at(round * 3, () => expect(instance.func(`run-${name}`)).toThrow(/stack/));
    expect(instance.state).not.toBe("ready");
    await instance.terminate();
    expect([round, inside.size, outside.size]).toEqual([round, 0, 0]);
  }
});
