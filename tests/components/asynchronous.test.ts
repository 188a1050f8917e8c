/** What of the asynchronous ABI is validated, and not built: a guest traps where it uses it, and the host is refused, in words of their own. */
import { expect, test } from "bun:test";
import { UnsupportedError } from "../../isorun/errors/errors.ts";
import { failureOf, thrownBy } from "../../isorun/errors/testing/failure-of.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { assemble } from "./assemble.ts";

/** `ask` calls what is imported asynchronously, `wait` is async itself, and `make` calls a built-in. */
const text = `(component
  (import "host" (func $host async))
  (core func $host (canon lower (func $host) async))
  (core func $new (canon waitable-set.new))
  (core module $m
    (import "" "host" (func $host (result i32)))
    (import "" "new" (func $new (result i32)))
    (func (export "make") (drop (call $new)))
    (func (export "ask") (drop (call $host)))
    (func (export "wait") (result i32) (i32.const 0))
    (func (export "callback") (param i32 i32 i32) (result i32) (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance (export "host" (func $host)) (export "new" (func $new))))))
  (func (export "ask") (canon lift (core func $i "ask")))
  (func (export "make") (canon lift (core func $i "make")))
  (func (export "wait") async (canon lift (core func $i "wait") async (callback (core func $i "callback")))))`;

const read = await assemble([text]);

const runtime = new Runtime();
const make = async (): Promise<InstanceHandle> =>
  runtime
    .instance(await runtime.load(read(text)))
    .linkHost((linker) => linker.func("host", () => undefined))
    .instantiate();

test.each([
  ["ask", "the asynchronous ABI is not supported"],
  ["make", "the built-in waitable-set.new is not supported"],
])("a guest that uses it traps: '%s'", async (name, message) => {
  const trap = { name: "TrapError", code: "trap", message, cause: expect.any(UnsupportedError) as object };
  expect(await failureOf((await make()).call(name))).toMatchObject(trap);
  const instance = await make();
  expect(thrownBy(() => instance.func(name)())).toMatchObject(trap);
  expect(instance.state).toBe("trapped");
});

test("an async function is refused to the host, and the instance goes on", async () => {
  const instance = await make();
  const refusal = { code: "unsupported", message: "calling 'wait', an async function, is not supported" };
  expect(await failureOf(instance.call("wait"))).toMatchObject(refusal);
  expect(thrownBy(() => instance.func("wait"))).toMatchObject(refusal);
  expect(instance.state).toBe("ready");
});
