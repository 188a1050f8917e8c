/** A function that nobody gave takes nothing: what a guest gives it ends with the guest. */
import { expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { Runtime } from "./runtime.ts";
import { definer } from "./testing/shared-resource-texts.ts";

const givesToAbsent = `(component
  (import "h" (type $h (sub resource)))
  (import "get" (func $get (result (own $h))))
  (import "sink" (func $sink (param "x" (own $h))))
  (core func $get' (canon lower (func $get)))
  (core func $sink' (canon lower (func $sink)))
  (core module $m
    (import "" "get" (func $get (result i32)))
    (import "" "sink" (func $sink (param i32)))
    (func (export "run") (call $sink (call $get))))
  (core instance $i (instantiate $m (with "" (instance (export "get" (func $get')) (export "sink" (func $sink'))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

const givesOthers = `(component
  (import "b" (instance $b
    (export "r" (type $r (sub resource))) (export "make" (func (param "n" u32) (result (own $r))))))
  (alias export $b "r" (type $r))
  (import "sink" (func $sink (param "x" (own $r))))
  (core func $make (canon lower (func $b "make")))
  (core func $sink' (canon lower (func $sink)))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "sink" (func $sink (param i32)))
    (func (export "run") (call $sink (call $make (i32.const 5)))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "sink" (func $sink'))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

const failureOf = async (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);
const runtime = new Runtime();

test("an object of the host that a guest gives to a function that nobody gave is dropped", async () => {
  const dropped: unknown[] = [];
  const instance = await runtime
    .instance(await runtime.load((await assemble([givesToAbsent]))(givesToAbsent)))
    .unknownImportsTrap()
    .linkHost((linker) => {
      linker.resource("h", { drop: (dropping: unknown) => void dropped.push(dropping) });
      linker.func("get", () => "object");
    })
    .instantiate();
  expect(await failureOf(instance.call("run"))).toHaveProperty(
    "message",
    expect.stringContaining("'sink' was called, which nobody gave"),
  );
  expect(dropped).toEqual(["object"]);
  await instance.terminate();
  expect(dropped).toEqual(["object"]);
});

test("a resource of another instance that a guest gives to a function that nobody gave is destroyed", async () => {
  const define = definer("b");
  const read = await assemble([define, givesOthers]);
  const owner = await runtime.instance(await runtime.load(read(define))).instantiate();
  const instance = await runtime
    .instance(await runtime.load(read(givesOthers)))
    .unknownImportsTrap()
    .linkLocal("b", owner)
    .instantiate();
  expect(await failureOf(instance.call("run"))).toHaveProperty("code", "trap");
  expect(await owner.call("b#destroyed")).toBe(5);
  expect(owner.state).toBe("ready");
});
