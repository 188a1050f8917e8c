/** Calls that a host function began, and that go on when its own call has ended: nothing that comes later ends them. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (import "note" (func $note))
  (core func $note' (canon lower (func $note)))
  (core module $m (import "" "note" (func $note)) (func (export "run") (call $note)))
  (core instance $i (instantiate $m (with "" (instance (export "note" (func $note'))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

const runtime = new Runtime();
let component: Component;
beforeAll(async () => {
  component = await runtime.load((await assemble([text]))(text));
}, 120_000);

const make = (note: (context: CallContext) => unknown): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .linkHost((linker) => linker.func("note", note))
    .instantiate();

test.each([
  ["quick", {}],
  ["counted", { wallMs: 60_000 }],
])("a later call, which is ended, is not theirs: %s", async (_, budget) => {
  const gate = Promise.withResolvers<void>();
  const waiting = await make(() => gate.promise);
  const calls: Promise<unknown>[] = [];
  const own: { handle?: InstanceHandle } = {};
  const notes: (() => unknown)[] = [() => void calls.push(waiting.call("run")), () => void own.handle?.terminate()];
  own.handle = await runtime
    .instance(component)
    .budget(budget)
    .linkHost((linker) => linker.func("note", () => notes.shift()?.()))
    .instantiate();
  const run = own.handle.func("run");
  run();
  expect(thrownBy(run)).toMatchObject({ code: "terminated" });
  gate.resolve();
  expect(await Promise.allSettled(calls)).toMatchObject([{ status: "fulfilled" }]);
  expect([own.handle.state, waiting.state]).toEqual(["terminated", "ready"]);
});

test("nor is it in their chain, which began where the call came from that made them", async () => {
  const gate = Promise.withResolvers<void>();
  const chains: (readonly string[])[] = [];
  const last = await runtime
    .instance(component)
    .linkHost((linker) => linker.func("note", (context: CallContext) => void chains.push(context.chain)))
    .instantiate();
  const waiting = await make(async (context: CallContext) => {
    await gate.promise;
    await last.call("run", [], { context });
  });
  const calls: Promise<unknown>[] = [];
  const inner = await make(() => void calls.push(waiting.call("run")));
  const outer = await make(async () => {
    inner.func("run")();
    await Promise.all(calls);
  });
  const call = outer.call("run");
  gate.resolve();
  await call;
  const [[name = "", ...names] = []] = chains;
  expect(name).toMatch(/^call-/);
  expect(names.map((each) => each.split("@")[0])).toHaveLength(3);
});
