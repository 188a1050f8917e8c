/** An instance that is terminated when the core code of a call has ended, and before anything was lifted: the call says so. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "./component.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (import "h" (type $h (sub resource)))
  (import "get" (func $get (result (own $h))))
  (import "note" (func $note))
  (core func $get' (canon lower (func $get)))
  (core func $note' (canon lower (func $note)))
  (core module $m
    (import "" "get" (func $get (result i32)))
    (import "" "note" (func $note))
    (memory (export "mem") 1)
    (func (export "own") (result i32) (call $get) (call $note))
    (func (export "text") (result i32) (drop (call $get)) (call $note) (i32.const 16))
    (func (export "post") (param i32) unreachable))
  (core instance $i (instantiate $m (with "" (instance (export "get" (func $get')) (export "note" (func $note'))))))
  (func (export "own") (result (own $h)) (canon lift (core func $i "own")))
  (func (export "text") (result string)
    (canon lift (core func $i "text") (memory (core memory $i "mem")) (post-return (core func $i "post")))))`;

const runtime = new Runtime();
let component: Component;

beforeAll(async () => {
  component = await runtime.load((await assemble([text]))(text));
}, 120_000);

/** Enough for whatever an engine does between the end of core code and its continuation. */
const turns = Array.from({ length: 8 }, (_, turn) => turn);

test.each(turns.flatMap((turn) => (["own", "text"] as const).map((name) => [name, turn] as const)))(
  "a call of '%s' ends with its instance, %d turns behind its core code",
  async (name, turn) => {
    const dropped: unknown[] = [];
    const noted = Promise.withResolvers<void>();
    const instance = await runtime
      .instance(component)
      .linkHost((linker) => {
        linker.resource("h", { drop: (dropping: unknown) => void dropped.push(dropping) });
        linker.func("get", async () => Promise.resolve("object"));
        linker.func("note", () => noted.resolve());
      })
      .instantiate();
    const call = instance.call(name).then(
      (value) => ({ value, code: undefined }),
      (error: unknown) => ({ value: undefined, code: Reflect.get(Object(error), "code") as unknown }),
    );
    await noted.promise;
    for (let passed = 0; passed < turn; passed += 1) await Promise.resolve();
    const { state } = instance;
    const terminated = instance.terminate();
    const { value, code } = await call;
    await terminated;
    // By then the call may have come to its end, with which the object is the host's; or its post-return has trapped.
    if (value !== undefined) expect([name, value, dropped]).toEqual(["own", "object", []]);
    else expect([code, dropped]).toEqual([state === "trapped" ? "trap" : "terminated", ["object"]]);
  },
);
