/** `resource.drop` of what another instance owns, where the call ends before it comes there: whoever ends destroys it. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { InstanceHandle } from "../runtime/instance-handle.ts";
import { Runtime } from "../runtime/runtime.ts";
import { countingDestructor } from "../runtime/testing/counting-destructor.ts";

/** Serves `b`; `hold` keeps it busy. */
const owner = `(component
  (import "wait" (func $wait))
  (component $inner
    (import "wait" (func $wait))
    (core func $wait (canon lower (func $wait)))
    ${countingDestructor}
    (core module $m
      (import "" "new" (func $new (param i32) (result i32))) (import "" "wait" (func $wait))
      (func (export "make") (result i32) (call $new (i32.const 5)))
      (func (export "hold") (call $wait)))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new)) (export "wait" (func $wait))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "hold") (canon lift (core func $m "hold")))
    (func (export "destroyed") (result u32) (canon lift (core func $dtor "destroyed"))))
  (instance $inner (instantiate $inner (with "wait" (func $wait))))
  (export "b" (instance $inner)))`;

const dropping = `(component
  (import "reached" (func $reached))
  (core func $reached (canon lower (func $reached)))
  (import "b" (instance $b (export "r" (type $r (sub resource)))))
  (alias export $b "r" (type $r))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "drop" (func $drop (param i32))) (import "" "reached" (func $reached))
    (global $kept (mut i32) (i32.const 0))
    (func (export "keep") (param i32) (global.set $kept (local.get 0)))
    (func (export "drop") (call $reached) (call $drop (global.get $kept))))
  (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop)) (export "reached" (func $reached))))))
  (func (export "keep") (param "r" (own $r)) (canon lift (core func $i "keep")))
  (func (export "drop") (canon lift (core func $i "drop"))))`;

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([owner, dropping]);
});

/** The second one has a resource of the first one, which is busy until `free`. */
async function busy() {
  const runtime = new Runtime();
  const { promise, resolve: free } = Promise.withResolvers<void>();
  const provider = await runtime
    .instance(await runtime.load(bytesOf(owner)))
    .linkHost((linker) => linker.func("wait", () => promise))
    .instantiate();
  let isReached = false;
  const drops = await runtime
    .instance(await runtime.load(bytesOf(dropping)))
    .linkLocal("b", provider)
    .linkHost((linker) => linker.func("reached", () => void (isReached = true)))
    .instantiate();
  drops.func("keep")(provider.func("b#make")());
  return { provider, drops, free, holding: provider.call("b#hold"), isReached: () => isReached };
}

type End = (drops: InstanceHandle, timeoutMs: number) => Promise<unknown>;

const ends: readonly (readonly [by: string, end: End])[] = [
  ["a call that cannot wait", async (drops) => thrownBy(drops.func("drop"))],
  ["a deadline", (drops, timeoutMs) => failureOf(drops.call("drop", [], { timeoutMs }))],
  [
    "an abort",
    (drops) => {
      const aborting = new AbortController();
      const ended = failureOf(drops.call("drop", [], { signal: aborting.signal }));
      aborting.abort();
      return ended;
    },
  ],
  [
    "'terminate'",
    async (drops) => {
      const ended = failureOf(drops.call("drop"));
      await drops.terminate();
      return ended;
    },
  ],
];

test.each([...ends])("one that waits for its turn, and is ended by %s", async (_, end) => {
  let ended = await busy();
  expect(await end(ended.drops, 1)).toBeInstanceOf(Error);
  // On a busy machine a deadline may be over before the guest has begun.
  for (let timeoutMs = 2; !ended.isReached(); timeoutMs *= 2) {
    ended = await busy();
    expect(await end(ended.drops, timeoutMs)).toBeInstanceOf(Error);
  }
  const { provider, drops, free, holding } = ended;
  free();
  await holding;
  // Waits for its turn, so behind the destructor.
  expect(await provider.call("b#destroyed")).toBe(5);
  expect([provider.state, drops.usage().handles]).toEqual(["ready", 0]);
});

test("one that has its turn is destroyed once, and its caller goes on", async () => {
  const { provider, drops, free, holding } = await busy();
  const dropped = drops.call("drop");
  free();
  await Promise.all([holding, dropped]);
  expect(await provider.call("b#destroyed")).toBe(5);
  await drops.terminate();
  expect(await provider.call("b#destroyed")).toBe(5);
});

test("however far its turn has come when its caller is ended, it is destroyed once", async () => {
  const how = new Set<string>();
  for (let jobs = 0; jobs < 16; jobs += 1) {
    const { provider, drops, free } = await busy();
    const ended = drops.call("drop").then(
      () => "it was dropped",
      () => "it was ended",
    );
    free();
    for (let job = 0; job < jobs; job += 1) await Promise.resolve();
    await drops.terminate();
    how.add(await ended);
    expect(await provider.call("b#destroyed")).toBe(5);
  }
  expect([...how]).toEqual(["it was ended", "it was dropped"]);
});
