/** Somebody who may interrupt a guest that leaves no turn to anybody else. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { TimeAccount } from "../call/time-account.ts";
import { Component } from "./component.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const loops = `(component
  (core module $m
    (func (export "spin") (loop $again (br $again)))
    (func (export "catch") (loop $again (block $caught (try_table (catch_all $caught) (br $again))) (br $again)))
    (func (export "answer") (result i32) (i32.const 42)))
  (core instance $i (instantiate $m))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "catch") (canon lift (core func $i "catch")))
  (func (export "answer") (result u32) (canon lift (core func $i "answer"))))`;

const endlessStart = `(component
  (core module $m (func $spin (loop $again (br $again))) (start $spin))
  (core instance (instantiate $m)))`;

/** Calls another instance. */
const caller = `(component
  (import "spin" (func $spin))
  (core func $spin' (canon lower (func $spin)))
  (core module $m (import "" "spin" (func $spin)) (func (export "go") (call $spin)))
  (core instance $i (instantiate $m (with "" (instance (export "spin" (func $spin'))))))
  (func (export "go") (canon lift (core func $i "go"))))`;

let read: (text: string) => Uint8Array;

beforeAll(async () => {
  read = await assemble([loops, endlessStart, caller]);
}, 120_000);

/** Says so the third time it is asked. */
function impatient() {
  const reason = new Error("enough");
  let asked = 0;
  const interrupt = (): Error | undefined => {
    asked += 1;
    return asked >= 3 ? reason : undefined;
  };
  return { reason, interrupt };
}

test.each(["spin", "catch"])("%s is ended, and its call rejected for the reason", async (name) => {
  const runtime = new Runtime();
  const component = await runtime.load(read(loops), { isInterruptible: true });
  const { reason, interrupt } = impatient();
  const instance = await runtime.instance(component).interruptBy(interrupt).instantiate();
  expect(await instance.call("answer")).toBe(42);
  const end = await instance.call(name).catch((error: unknown) => error);
  expect(end).toMatchObject({ code: "cancelled", cause: reason });
  expect(instance.state).not.toBe("ready");
  const other = await runtime.instance(component).instantiate();
  expect(await other.call("answer")).toBe(42);
});

test("a start function is ended too", async () => {
  const runtime = new Runtime();
  const { reason, interrupt } = impatient();
  const builder = runtime.instance(await runtime.load(read(endlessStart))).interruptBy(interrupt);
  const end = await builder.instantiate().catch((error: unknown) => error);
  expect(end).toMatchObject({ code: "cancelled", cause: reason });
});

test("what is loaded for it is compiled once", async () => {
  const runtime = new Runtime();
  const component = await runtime.load(read(loops), { isInterruptible: true, budget: { maxMemoryBytes: 1 << 20 } });
  const { modules, metered } = Component.partsOf(component);
  await runtime
    .instance(component)
    .budget({ maxMemoryBytes: 2 << 20 })
    .interruptBy(() => undefined)
    .instantiate();
  expect({ plain: modules.size, metered: metered.size }).toEqual({ plain: 0, metered: 1 });
});

/** How `go` comes to a loop without an end, whose fuel is counted: only who calls it may be told to end. */
const ways = {
  "through a link": (builder, spinning) => builder.linkLocal("spin", spinning),
  "by a host function, at once": (builder, spinning) =>
    builder.linkHost((linker) => linker.func("spin", () => spinning.func("spin")())),
  "by a host function, in turn": (builder, spinning) =>
    builder.linkHost((linker) => linker.func("spin", () => spinning.call("spin"))),
} satisfies Record<string, (builder: InstanceBuilder, spinning: InstanceHandle) => InstanceBuilder>;

test.each(Object.entries(ways))("an instance that it calls is ended for it, %s", async (_, link) => {
  TimeAccount.isUsed = false;
  const runtime = new Runtime();
  const spinning = await runtime
    .instance(await runtime.load(read(loops)))
    .budget({ fuel: 10n ** 8n })
    .instantiate();
  // A slice begins while nobody is asked.
  expect(await spinning.call("answer")).toBe(42);
  const { reason, interrupt } = impatient();
  const builder = runtime.instance(await runtime.load(read(caller))).interruptBy(interrupt);
  const instance = await link(builder, spinning).instantiate();
  const end = await instance.call("go").catch((error: unknown) => error);
  expect(end).toMatchObject({ code: "cancelled", cause: reason });
  expect([instance.state, spinning.state]).toEqual(["trapped", "trapped"]);
  // Three slices that somebody may ask at the ends of.
  expect(spinning.usage().fuel).toBeLessThan(10_000_000n);
});
