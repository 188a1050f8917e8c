/** An instance that a call has left is no part of a circle, though nobody had a turn to enter it yet. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";
import { settled } from "./testing/settled.ts";

const leaf = `(component
  (import "pause" (func $pause (param "call" u32)))
  (core func $pause (canon lower (func $pause)))
  (core module $m (import "" "pause" (func $pause (param i32)))
    (func (export "run") (param i32) (call $pause (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "pause" (func $pause))))))
  (func (export "leaf") (param "call" u32) (canon lift (core func $i "run"))))`;

/** Calls one after the other. */
const calling = (imported: readonly [string, string], exported: string): string => `(component
  (import "${imported[0]}" (func $a (param "call" u32)))
  (import "${imported[1]}" (func $b (param "call" u32)))
  (core func $a (canon lower (func $a)))
  (core func $b (canon lower (func $b)))
  (core module $m (import "" "a" (func $a (param i32))) (import "" "b" (func $b (param i32)))
    (func (export "run") (param i32) (call $a (local.get 0)) (call $b (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "a" (func $a)) (export "b" (func $b))))))
  (func (export "${exported}") (param "call" u32) (canon lift (core func $i "run"))))`;

/** The middle waits and calls the leaf; two that stand on top call both, one after the other. */
const texts = [
  leaf,
  calling(["pause", "leaf"], "middle"),
  calling(["leaf", "middle"], "top"),
  calling(["middle", "leaf"], "top"),
] as const;

let components: readonly Component[];

beforeAll(async () => {
  const read = await assemble(texts);
  const runtime = new Runtime();
  components = await Promise.all(texts.map(async (text) => runtime.load(read(text))));
}, 120_000);

type Three = readonly [base: InstanceHandle, middle: InstanceHandle, top: InstanceHandle];

/** The host functions, by the number that the call was given. */
interface Hosts {
  readonly inLeaf: (call: number) => Promise<unknown>;
  readonly inMiddle: (call: number) => Promise<unknown>;
  /** Of the top, which is linked to the middle otherwise. */
  readonly callMiddle?: (callIt: (call: number) => Promise<unknown>, call: number) => unknown;
}

async function three({ inLeaf, inMiddle, callMiddle }: Hosts, first: "leaf" | "middle"): Promise<Three> {
  const runtime = new Runtime();
  const builder = (index: number) => {
    const component = components[index];
    if (component === undefined) throw new Error("it is none of them");
    return runtime.instance(component);
  };
  const base = await builder(0)
    .linkHost((linker) => linker.func("pause", async (call: number) => void (await inLeaf(call))))
    .instantiate();
  const middle = await builder(1)
    .linkHost((linker) => linker.func("pause", async (call: number) => void (await inMiddle(call))))
    .linkLocal("leaf", base)
    .instantiate();
  const fromHost = (call: number, context: CallContext): unknown =>
    callMiddle?.(async (made) => middle.call("middle", [made], { context }), call);
  const top = builder(first === "leaf" ? 2 : 3);
  if (callMiddle === undefined) top.linkLocal("middle", middle);
  else top.linkHost((linker) => linker.func("middle", fromHost));
  return [base, middle, await top.linkLocal("leaf", base).instantiate()];
}

const statesOf = (instances: Three): readonly string[] => instances.map(({ state }) => state);

test.each([true, false])(
  "who goes on from an instance waits for one whose call waits for it (linked: %p)",
  async (isLinked) => {
    const [inLeaf, inMiddle] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const waits = { inLeaf: async () => inLeaf.promise, inMiddle: async () => inMiddle.promise };
    const fromHost: Hosts = { ...waits, callMiddle: async (callIt, call) => void (await callIt(call)) };
    const instances = await three(isLinked ? waits : fromHost, "leaf");
    const [, middle, top] = instances;
    const first = top.call("top", [1]);
    const second = middle.call("middle", [2]);
    // The second call queues for the leaf, which the first one is in.
    inMiddle.resolve();
    await settled();
    inLeaf.resolve();
    expect(await Promise.allSettled([first, second])).toMatchObject([{ status: "fulfilled" }, { status: "fulfilled" }]);
    expect(statesOf(instances)).toEqual(["ready", "ready", "ready"]);
  },
);

test("who is given a turn, and waits there for a call that it made before, closes a circle", async () => {
  const [inLeaf, inMiddle] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let made: Promise<unknown> | undefined;
  const hosts: Hosts = {
    // The first call waits for the test, the third one for what it made.
    inLeaf: async (call) => (call === 3 ? made : inLeaf.promise),
    inMiddle: async () => inMiddle.promise,
    callMiddle: (callIt) => {
      made = callIt(4);
    },
  };
  const instances = await three(hosts, "middle");
  const [base, middle, top] = instances;
  const calls = [base.call("leaf", [1]), middle.call("middle", [2]), top.call("top", [3])];
  await settled();
  // The second one queues for the leaf, behind the third.
  inMiddle.resolve();
  await settled();
  inLeaf.resolve();
  expect(await Promise.allSettled(calls)).toMatchObject([
    { status: "fulfilled" },
    { reason: { code: "cannot-enter" } },
    { reason: { code: "deadlock" } },
  ]);
  expect(statesOf(instances)).toEqual(["trapped", "trapped", "trapped"]);
});
