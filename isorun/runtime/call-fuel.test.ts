/** Fuel of one call is that call's alone: none that waits for it, comes behind it or beside it, is ended by it. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { TrapError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Calls the host, then counts to a number. */
const counting = `(component
  (import "note" (func $note))
  (core func $note' (canon lower (func $note)))
  (core module $m
    (import "" "note" (func $note))
    (func (export "run") (param i32) (local i32)
      (call $note)
      (loop (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0))))))
  (core instance $i (instantiate $m (with "" (instance (export "note" (func $note'))))))
  (func (export "run") (param "n" u32) (canon lift (core func $i "run"))))`;

const passing = `(component
  (import "run" (func $run (param "n" u32)))
  (core func $run' (canon lower (func $run)))
  (core module $m (import "" "run" (func $run (param i32))) (func (export "go") (param i32) (call $run (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "run" (func $run'))))))
  (func (export "go") (param "n" u32) (canon lift (core func $i "go"))))`;

const exporting = '(component (import "run" (func $run (param "n" u32))) (export "run" (func $run)))';

const runtime = new Runtime();
let components: readonly [counting: Component, passing: Component, exporting: Component];

beforeAll(async () => {
  const read = await assemble([counting, passing, exporting]);
  const load = (text: string): Promise<Component> => runtime.load(read(text));
  components = [await load(counting), await load(passing), await load(exporting)];
}, 120_000);

const many = 100_000;
const little = 1000n;

interface Gated {
  readonly instance: InstanceHandle;
  /** What the host's function answers with, one call after another; it answers at once behind the last. */
  readonly gates: readonly PromiseWithResolvers<void>[];
}

async function gated(count: number): Promise<Gated> {
  const gates = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const left = gates.map(({ promise }) => promise);
  const instance = await runtime
    .instance(components[0])
    .budget({ fuel: 1n << 40n })
    .linkHost((linker) => linker.func("note", () => left.shift()))
    .instantiate();
  return { instance, gates };
}

test("a call without a limit that waits for one that has a limit is not ended by that", async () => {
  const { instance, gates } = await gated(1);
  const calls = [instance.call("run", [1], { fuel: little }), instance.call("run", [many])];
  gates[0]?.resolve();
  await Promise.all(calls);
  await instance.call("run", [many]);
  expect(instance.state).toBe("ready");
});

test("nor is one that comes through a link", async () => {
  const { instance, gates } = await gated(1);
  const linked = await runtime.instance(components[1]).linkLocal("run", instance).instantiate();
  const calls = [instance.call("run", [1], { fuel: little }), linked.call("go", [many])];
  gates[0]?.resolve();
  await Promise.all(calls);
  expect([instance.state, linked.state]).toEqual(["ready", "ready"]);
});

test("a limit is kept by a call that has waited for another with a limit, and that waits itself", async () => {
  const { instance, gates } = await gated(2);
  const calls = [instance.call("run", [1], { fuel: little }), instance.call("run", [many], { fuel: 2n * little })];
  const ends = Promise.allSettled(calls);
  gates[0]?.resolve();
  await calls[0];
  gates[1]?.resolve();
  expect(await ends).toMatchObject([
    { status: "fulfilled" },
    { reason: { code: "budget-exhausted", field: "fuel", limit: 2n * little } },
  ]);
  expect(instance.state).toBe("exhausted");
});

test("limits that were kept are gone with their calls", async () => {
  const { instance, gates } = await gated(1);
  const calls = [1, 2].map((count) => instance.call("run", [count], { fuel: little }));
  gates[0]?.resolve();
  await Promise.all(calls);
  await instance.call("run", [many]);
  instance.func("run")(many);
  expect(instance.state).toBe("ready");
});

test("a call that the host makes as soon as another has left is not ended by its limit", async () => {
  const { instance } = await gated(0);
  const first = instance.call("run", [1], { fuel: little });
  const run = instance.func("run");
  let end: unknown;
  // Until it has left, of which whoever awaits it does not know yet.
  do {
    await Promise.resolve();
    end = undefined;
    try {
      run(many);
    } catch (error) {
      end = error;
    }
  } while (end instanceof TrapError && end.code === "cannot-block");
  expect(end).toBeUndefined();
  await first;
  expect(instance.state).toBe("ready");
});

test("the limit of a call that was refused limits nothing", async () => {
  const { instance } = await gated(0);
  const refused = [
    failureOf(instance.call("run", [], { fuel: little })),
    failureOf(instance.call("run", ["many"], { fuel: little })),
  ];
  instance.func("run")(many);
  expect(await Promise.all(refused)).toMatchObject([{ code: "invalid-argument" }, { code: "invalid-argument" }]);
  await instance.call("run", [many]);
  expect(instance.state).toBe("ready");
});

test("a call that was ended while it waited for its turn leaves no limit", async () => {
  const { instance, gates } = await gated(1);
  const aborting = new AbortController();
  const first = instance.call("run", [many], { fuel: 1n << 30n });
  const second = failureOf(instance.call("run", [1], { fuel: little, signal: aborting.signal }));
  const third = instance.call("run", [many]);
  aborting.abort();
  gates[0]?.resolve();
  expect(await second).toMatchObject({ code: "cancelled" });
  await Promise.all([first, third]);
  expect(instance.state).toBe("ready");
});

test("of a function of another instance that is exported again, the limit is that instance's", async () => {
  const { instance } = await gated(0);
  const again = async (budget: Budget): Promise<InstanceHandle> =>
    runtime.instance(components[2]).budget(budget).linkLocal("run", instance).instantiate();
  const linked = await again({});
  await linked.call("run", [many], { fuel: 1n << 30n });
  expect(await failureOf((await again({ fuel: 1n })).call("run", [many], { fuel: little }))).toMatchObject({
    field: "fuel",
    limit: little,
  });
  expect([instance.state, linked.state]).toEqual(["exhausted", "ready"]);
});
