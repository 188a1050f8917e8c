/** Whether a resource may be dropped whose instance is entered: by its own instance, and by no other one (canon_resource_drop). */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import { Runtime } from "../runtime/runtime.ts";

/** `go` enters the instance that defines the resource, which calls the other one: that drops what it was given before. */
const text = `(component
  (component $Definer
    (import "f" (func $f))
    (core func $f' (canon lower (func $f)))
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $m (import "" "f" (func $f)) (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7)))
      (func (export "go") (call $f)))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f')) (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $i "make")))
    (func (export "go") (canon lift (core func $i "go"))))
  (component $Keeper
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (core func $make' (canon lower (func $make)))
    (core func $drop (canon resource.drop $r))
    (core module $m (import "" "make" (func $make (result i32))) (import "" "drop" (func $drop (param i32)))
      (global $kept (mut i32) (i32.const 0))
      (func (export "keep") (global.set $kept (call $make)))
      (func (export "drop") (call $drop (global.get $kept))))
    (core instance $i (instantiate $m (with "" (instance (export "make" (func $make')) (export "drop" (func $drop))))))
    (func (export "keep") (canon lift (core func $i "keep")))
    (func (export "drop") (canon lift (core func $i "drop"))))
  (core module $t (type $f (func)) (table (export "t") 1 funcref)
    (func (export "f") (call_indirect (type $f) (i32.const 0))))
  (core instance $t (instantiate $t))
  (func $f (canon lift (core func $t "f")))
  (instance $definer (instantiate $Definer (with "f" (func $f))))
  (alias export $definer "r" (type $r))
  (alias export $definer "make" (func $make))
  (instance $keeper (instantiate $Keeper (with "r" (type $r)) (with "make" (func $make))))
  (core func $drop (canon lower (func $keeper "drop")))
  (core module $s (import "" "t" (table 1 funcref)) (import "" "drop" (func $drop)) (elem (i32.const 0) func $drop))
  (core instance (instantiate $s (with "" (instance (export "t" (table $t "t")) (export "drop" (func $drop))))))
  (export "keep" (func $keeper "keep"))
  (export "drop" (func $keeper "drop"))
  (export "go" (func $definer "go")))`;

const runtime = new Runtime();
let bytes: Uint8Array;
beforeAll(async () => {
  bytes = (await assemble([text]))(text);
}, 120_000);

test("a resource without a destructor is dropped as one with a destructor that does nothing", async () => {
  const instance = await runtime.instance(await runtime.load(bytes)).instantiate();
  instance.func("keep")();
  instance.func("drop")();
  instance.func("keep")();
  expect(thrownBy(instance.func("go"))).toMatchObject({
    message: expect.stringContaining("cannot enter component instance"),
  });
  expect(instance.state).toBe("trapped");
});
