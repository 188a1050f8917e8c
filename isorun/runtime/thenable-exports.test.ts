/** An export that is called `then`: whoever awaits what shows it, or returns that from an async function, must not call it. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (core module $m (func (export "then") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
  (core instance $i (instantiate $m))
  (func $then (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "then")))
  (instance $inner (export "then" (func $then)) (export "add" (func $then)))
  (export "then" (func $then))
  (export "add" (func $then))
  (export "test:then/inner" (instance $inner)))`;

let component: Component;
let instance: InstanceHandle;
beforeAll(async () => {
  const runtime = new Runtime();
  component = await runtime.load((await assemble([text]))(text));
  instance = await runtime.instance(component).instantiate();
});

/** What is returned from an async function is looked at for a `then`. */
const answered = async <T>(value: T): Promise<T> => value;

type Shown = Readonly<Record<string, (a: number, b: number) => Promise<number>>>;

test("exports, and objects of interfaces, can be awaited", async () => {
  const exports = await answered(instance.exports);
  expect(exports).toBe(instance.exports);
  expect(Object.keys(exports)).toEqual(["add", "test:then/inner"]);
  const inner = (await answered(exports["test:then/inner"])) as Shown;
  expect(inner).toBe(exports["test:then/inner"] as Shown);
  expect(Object.keys(inner)).toEqual(["add"]);
  expect(await inner["add"]?.(1, 2)).toBe(3);
  expect(instance.usage().calls).toBe(1);
});

test("it is called by its name", async () => {
  expect(await instance.call("then", [1, 2])).toBe(3);
  expect(await instance.call("test:then/inner#then", [1, 2])).toBe(3);
  expect(instance.func("then")(1, 2)).toBe(3);
  expect(instance.func("test:then/inner#then")(1, 2)).toBe(3);
});
