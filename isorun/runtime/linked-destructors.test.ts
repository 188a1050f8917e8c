/** Destructors of an instance that another one enters by `resource.drop`, and by nothing else: it is on the stack all the same. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Serves `b`, of which a host has `r` made. */
const owner = (destructor: string): string => `(component
  (import "wait" (func $wait))
  (component $inner
    (import "wait" (func $wait))
    (core func $wait' (canon lower (func $wait)))
    (core module $dtor (import "" "wait" (func $wait)) (func (export "dtor") (param i32) ${destructor}))
    (core instance $dtor (instantiate $dtor (with "" (instance (export "wait" (func $wait'))))))
    (type $r' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $m (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5)))
      (func (export "ping") (result i32) (i32.const 7)))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "ping") (result u32) (canon lift (core func $m "ping"))))
  (instance $inner (instantiate $inner (with "wait" (func $wait))))
  (export "b" (instance $inner)))`;

const traps = owner("unreachable");
const spins = owner("(loop (br 0))");
const waits = owner("(call $wait)");

/** Drops what a host gives it, and calls no function of `b`. */
const taker = `(component
  (import "b" (instance $b (export "r" (type $r (sub resource)))))
  (alias export $b "r" (type $r))
  (core func $drop (canon resource.drop $r))
  (core module $m (import "" "drop" (func $drop (param i32)))
    (func (export "take") (param i32) (call $drop (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop))))))
  (func (export "take") (param "r" (own $r)) (canon lift (core func $i "take"))))`;

let read: (text: string) => Uint8Array;
beforeAll(async () => {
  read = await assemble([traps, spins, waits, taker]);
}, 120_000);

interface Serving {
  readonly budget?: Budget;
  readonly interrupt?: () => Error | undefined;
  readonly onWait?: () => void;
  readonly onEnd?: () => void;
}

async function linked(text: string, { budget = {}, interrupt, onWait, onEnd = () => undefined }: Serving = {}) {
  const runtime = new Runtime();
  const serving = runtime
    .instance(await runtime.load(read(text)))
    .budget(budget)
    .linkHost((linker) => {
      linker.onEnd(onEnd);
      linker.func("wait", () => {
        onWait?.();
        return new Promise(() => undefined);
      });
    });
  if (interrupt !== undefined) serving.interruptBy(interrupt);
  const provider = await serving.instantiate();
  const drops = await runtime
    .instance(await runtime.load(read(taker)))
    .linkLocal("b", provider)
    .instantiate();
  return { provider, drops, resource: provider.func("b#make")() };
}

const statesOf = (...instances: InstanceHandle[]) => instances.map(({ state }) => state);

test("one that traps ends both, and calls of its instance are refused", async () => {
  const { provider, drops, resource } = await linked(traps);
  expect(await failureOf(drops.call("take", [resource]))).toMatchObject({ code: "trap" });
  expect(statesOf(drops, provider)).toEqual(["trapped", "trapped"]);
  expect(await failureOf(provider.call("b#ping"))).toMatchObject({ code: "cannot-enter" });
});

test("whose budget is spent has run out, and who drops has not", async () => {
  const { provider, drops, resource } = await linked(spins, { budget: { fuel: 1_000_000n } });
  expect(await failureOf(drops.call("take", [resource]))).toMatchObject({ field: "fuel", limit: 1_000_000n });
  expect(statesOf(drops, provider)).toEqual(["trapped", "exhausted"]);
});

test("'interruptBy' of its instance is asked in it", async () => {
  const reason = new Error("enough");
  const answers = [undefined, undefined, reason];
  const { provider, drops, resource } = await linked(spins, {
    budget: { fuel: 10n ** 9n },
    interrupt: () => answers.shift(),
  });
  expect(await failureOf(drops.call("take", [resource]))).toMatchObject({ code: "cancelled", cause: reason });
  expect(statesOf(drops, provider)).toEqual(["trapped", "trapped"]);
});

const stops: readonly (readonly [by: string, stop: (drops: InstanceHandle, aborting: AbortController) => unknown])[] = [
  ["'terminate' of who drops", (drops) => drops.terminate()],
  ["an abort", (_, aborting) => aborting.abort()],
];

test.each([...stops])("one that waits is ended by %s, with its instance", async (_, stop) => {
  const aborting = new AbortController();
  const { promise: waiting, resolve: onWait } = Promise.withResolvers<void>();
  const gone: string[] = [];
  const { provider, drops, resource } = await linked(waits, { onWait, onEnd: () => gone.push("provider") });
  const ended = failureOf(drops.call("take", [resource], { signal: aborting.signal }));
  await waiting;
  await stop(drops, aborting);
  await ended;
  expect([provider.state, gone]).toEqual(["trapped", ["provider"]]);
  expect(await failureOf(provider.call("b#ping"))).toMatchObject({ code: "cannot-enter" });
});

test("one that waits is ended by the time that its instance has", async () => {
  const { provider, drops, resource } = await linked(waits, { budget: { wallMs: 30 } });
  expect(await failureOf(drops.call("take", [resource]))).toMatchObject({ field: "wallMs" });
  expect(statesOf(drops, provider)).toEqual(["trapped", "exhausted"]);
});
