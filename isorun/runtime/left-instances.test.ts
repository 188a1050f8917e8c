/** An instance that a call has left is no part of a circle, though nobody had a turn to enter it yet. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

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

/** The middle waits and calls the leaf; the top calls the leaf, and then the middle by a link or by its host function. */
const texts = [leaf, calling(["pause", "leaf"], "middle"), calling(["leaf", "middle"], "top")] as const;

let components: readonly Component[];

beforeAll(async () => {
  const read = await assemble(texts);
  const runtime = new Runtime();
  components = await Promise.all(texts.map(async (text) => runtime.load(read(text))));
}, 120_000);

interface Three {
  readonly instances: readonly [base: InstanceHandle, middle: InstanceHandle, top: InstanceHandle];
  /** What the host functions wait for: in the leaf, and in the middle. */
  readonly gates: readonly [inLeaf: PromiseWithResolvers<void>, inMiddle: PromiseWithResolvers<void>];
}

async function three(isLinked: boolean): Promise<Three> {
  const runtime = new Runtime();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const builder = (index: number) => {
    const component = components[index];
    if (component === undefined) throw new Error("there are three");
    return runtime.instance(component);
  };
  const [inLeaf, inMiddle] = gates.map(
    ({ promise }) =>
      async () =>
        promise,
  );
  if (inLeaf === undefined || inMiddle === undefined) throw new Error("there are two");
  const base = await builder(0)
    .linkHost((linker) => linker.func("pause", inLeaf))
    .instantiate();
  const middle = await builder(1)
    .linkHost((linker) => linker.func("pause", inMiddle))
    .linkLocal("leaf", base)
    .instantiate();
  const callMiddle = async (call: number, context: CallContext) => middle.call("middle", [call], { context });
  const top = isLinked
    ? builder(2).linkLocal("middle", middle)
    : builder(2).linkHost((linker) => linker.func("middle", callMiddle));
  return { instances: [base, middle, await top.linkLocal("leaf", base).instantiate()], gates };
}

test.each([true, false])(
  "who goes on from an instance waits for one whose call waits for it (linked: %p)",
  async (isLinked) => {
    const { instances, gates } = await three(isLinked);
    const [, middle, top] = instances;
    const [inLeaf, inMiddle] = gates;
    const first = top.call("top", [1]);
    const second = middle.call("middle", [2]);
    // The second call queues for the leaf, which the first one is in.
    inMiddle.resolve();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    inLeaf.resolve();
    expect(await Promise.allSettled([first, second])).toMatchObject([{ status: "fulfilled" }, { status: "fulfilled" }]);
    expect(instances.map(({ state }) => state)).toEqual(["ready", "ready", "ready"]);
  },
);
