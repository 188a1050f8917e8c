/** Resources in the host's hands: what is lent is not given away or destroyed, and what does not arrive is dropped. */
import { expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted, TrapError } from "../errors/errors.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";
import { owner as thingsOwner } from "./testing/owner-text.ts";

/** Its functions of `r` call back, and add 100 for each time that the destructor has run to the representation. */
const owner = `(component
  (core module $d (global $n (mut i32) (i32.const 0))
    (func (export "dtor") (param i32) (global.set $n (i32.add (global.get $n) (i32.const 1))))
    (func (export "drops") (result i32) (global.get $n)))
  (core instance $d (instantiate $d))
  (type $r (resource (rep i32) (dtor (core func $d "dtor"))))
  (core func $new (canon resource.new $r)) (core func $drop (canon resource.drop $r))
  (import "cb" (func $cb)) (core func $cbl (canon lower (func $cb)))
  (core module $m (import "" "new" (func $new (param i32) (result i32))) (import "" "drop" (func $drop (param i32)))
    (import "" "cb" (func $cb)) (import "" "drops" (func $drops (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 7)))
    (func (export "both") (param i32 i32) (result i32) (call $drop (local.get 1)) (call $drops))
    (func (export "use") (param i32) (result i32)
      (call $cb) (i32.add (local.get 0) (i32.mul (i32.const 100) (call $drops)))))
  (core instance $i (instantiate $m (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))
    (export "cb" (func $cbl)) (export "drops" (func $d "drops"))))))
  (export $re "r" (type $r))
  (func (export "make") (result (own $re)) (canon lift (core func $i "make")))
  (func (export "drops") (result u32) (canon lift (core func $d "drops")))
  (func (export "both") (param "b" (borrow $re)) (param "o" (own $re)) (result u32) (canon lift (core func $i "both")))
  (func (export "use") (param "b" (borrow $re)) (result u32) (canon lift (core func $i "use"))))`;

/** Gets a thing of the host, and gives it back in different ways. */
const taker = `(component
  (import "r" (type $r (sub resource)))
  (import "open" (func $open (result (own $r))))
  (import "take" (func $take (param "r" (own $r)) (param "c" char)))
  (core func $ol (canon lower (func $open))) (core func $tl (canon lower (func $take)))
  (core module $m (import "" "open" (func $o (result i32))) (import "" "take" (func $t (param i32 i32)))
    (memory (export "mem") 1)
    (func (export "run") (param i32) (call $t (call $o) (local.get 0)))
    (func (export "give") (param i32) (result i32)
      (i32.store (i32.const 0) (call $o)) (i32.store (i32.const 4) (local.get 0)) (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance (export "open" (func $ol)) (export "take" (func $tl))))))
  (func (export "run") (param "c" u32) (canon lift (core func $i "run")))
  (func (export "give") (param "c" u32) (result (tuple (own $r) char))
    (canon lift (core func $i "give") (memory (core memory $i "mem")))))`;

/** Is given a thing of another instance, and one of the host. */
const givenTo = `(component
  (import "b" (instance $b (export "r" (type $r (sub resource)))))
  (alias export $b "r" (type $r))
  (import "h" (type $h (sub resource)))
  (import "give" (func $give (result (own $r))))
  (import "give-of-host" (func $giveh (result (own $h))))
  (core func $g (canon lower (func $give)))
  (core func $gh (canon lower (func $giveh)))
  (core module $m (import "" "g" (func $g (result i32))) (import "" "gh" (func $gh (result i32)))
    (func (export "run") (drop (call $g))) (func (export "run-h") (drop (call $gh))))
  (core instance $i (instantiate $m (with "" (instance (export "g" (func $g)) (export "gh" (func $gh))))))
  (func (export "run") (canon lift (core func $i "run")))
  (func (export "run-of-host") (canon lift (core func $i "run-h"))))`;

const texts = [owner, taker, givenTo, thingsOwner];
const runtime = new Runtime();
const load = async (text: string) => runtime.load((await assemble(texts))(text));

async function makeOwner(callback: () => void): Promise<InstanceHandle> {
  return runtime
    .instance(await load(owner))
    .linkHost((linker) => linker.func("cb", callback))
    .instantiate();
}

const words = "cannot remove owned resource while borrowed";

test("what a call is lent cannot be given away in the same call", async () => {
  const instance = await makeOwner(() => undefined);
  const value = instance.func("make")();
  expect(() => instance.func("both")(value, value)).toThrow(TypeError);
  expect(() => instance.func("both")(value, value)).toThrow(words);
  expect(instance.state).toBe("ready");
  // Both have taken back what they lent.
  expect(instance.func("both")(instance.func("make")(), value)).toBe(1);
});

test("what a call is lent cannot be destroyed while it runs, and can be after it", async () => {
  let refused: unknown;
  let value: Disposable | undefined;
  const instance = await makeOwner(() => {
    try {
      value?.[Symbol.dispose]();
    } catch (error) {
      refused = error;
    }
  });
  value = instance.func("make")() as Disposable; // a resource
  expect(instance.func("use")(value)).toBe(7);
  expect(refused).toBeInstanceOf(TrapError);
  expect(refused).toHaveProperty("message", words);
  value[Symbol.dispose]();
  expect(instance.func("drops")()).toBe(1);
  value[Symbol.dispose]();
  expect(instance.func("drops")()).toBe(1);
});

test("a destructor that could not run yet runs when it is asked for again", async () => {
  let other: Disposable | undefined;
  let refused: unknown;
  const instance = await makeOwner(() => {
    try {
      other?.[Symbol.dispose]();
    } catch (error) {
      refused = error;
    }
  });
  const value = instance.func("make")();
  other = instance.func("make")() as Disposable; // a resource
  expect(instance.func("use")(value)).toBe(7);
  expect(refused).toHaveProperty("code", "cannot-enter");
  other[Symbol.dispose]();
  expect(instance.func("drops")()).toBe(1);
});

interface Things {
  readonly dropped: unknown[];
  readonly taken: unknown[];
  readonly instance: InstanceHandle;
}

async function makeTaker(maxHandles = 10): Promise<Things> {
  const [dropped, taken]: [unknown[], unknown[]] = [[], []];
  const builder = runtime.instance(await load(taker)).budget({ maxHandles });
  const instance = await builder
    .linkHost((linker) => {
      linker.resource("r", { drop: (value) => void dropped.push(value) });
      linker.func("open", () => "a thing");
      linker.func("take", (value: unknown) => void taken.push(value));
    })
    .instantiate();
  return { dropped, taken, instance };
}

test.each(["run", "give"])("in '%s' what was taken from the guest arrives, or is dropped", async (name) => {
  const { dropped, taken, instance } = await makeTaker();
  const given = instance.func(name)(97);
  expect(name === "run" ? taken : given).toEqual(name === "run" ? ["a thing"] : ["a thing", "a"]);
  expect(instance.usage().handles).toBe(0);
  expect(() => instance.func(name)(0xd800)).toThrow("invalid `char` bit pattern");
  expect([dropped, taken.length]).toEqual([["a thing"], name === "run" ? 1 : 0]);
  await instance.terminate();
  expect(dropped).toHaveLength(1);
});

test("what the guest has no handle for is dropped", async () => {
  const { dropped, instance } = await makeTaker(0);
  expect(() => instance.func("run")(97)).toThrow(BudgetExhausted);
  expect(dropped).toEqual(["a thing"]);
  expect(instance.state).toBe("exhausted");
});

test("`using` tells why the call ended: what its instance ended with has nothing left to destroy", async () => {
  const failing = async (): Promise<InstanceHandle> =>
    makeOwner(() => {
      throw new Error("not today");
    });
  const first = await failing();
  const use = (): void => {
    using value = first.func("make")() as Disposable; // as its type says
    first.func("use")(value);
  };
  expect(use).toThrow(TrapError);
  const second = await failing();
  const wait = async (): Promise<void> => {
    await using value = (await second.call("make")) as AsyncDisposable; // as its type says
    await second.call("use", [value]);
  };
  const message = "a function of the host failed: not today";
  expect(await wait().catch((error: unknown) => error)).toMatchObject({ code: "trap", message });
});

const ends = {
  terminated: (instance: InstanceHandle) => void instance.terminate(),
  aborted: (_: InstanceHandle, controller: AbortController) => controller.abort(),
};

test.each(Object.entries(ends))("what a host function gives in a call that it has %s is not lost", async (_, end) => {
  const owning = await runtime.instance(await load(thingsOwner)).instantiate();
  const thing = owning.func("b#make")() as Disposable; // a resource
  const dropped: unknown[] = [];
  for (const name of ["run", "run-of-host"]) {
    const controller = new AbortController();
    const giving =
      <T>(value: T) =>
      (): T => {
        end(instance, controller);
        return value;
      };
    const builder = runtime.instance(await load(givenTo)).linkLocal("b", owning);
    const instance: InstanceHandle = await builder
      .linkHost((linker) => {
        linker.resource("h", { drop: (value) => void dropped.push(value) });
        linker.func("give", giving(thing));
        linker.func("give-of-host", giving("a thing of the host"));
      })
      .instantiate();
    const { signal } = controller;
    expect(await instance.call(name, [], { signal }).catch((error: unknown) => error)).toBeInstanceOf(Error);
    expect([instance.state === "ready", instance.usage().handles]).toEqual([false, 0]);
  }
  expect(dropped).toEqual(["a thing of the host"]);
  // It stayed the host's.
  expect(owning.func("b#look")(thing)).toBe(5);
  thing[Symbol.dispose]();
  expect(owning.func("b#destroyed")()).toBe(1);
});

interface Late {
  readonly name: string;
  /** Of the host function that answers: it has ended its call, or somebody does when its promise is settled. */
  readonly give: (parts: { instance: InstanceHandle; thing: unknown }) => Promise<unknown>;
}

const lateOnes: readonly Late[] = [
  {
    name: "ends its instance and waits then",
    async give({ instance, thing }) {
      void instance.terminate();
      await Promise.resolve();
      return thing;
    },
  },
  {
    name: "waits, and ends its instance then",
    async give({ instance, thing }) {
      await Promise.resolve();
      void instance.terminate();
      return thing;
    },
  },
  {
    name: "has answered when its instance ends",
    give({ instance, thing }) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      queueMicrotask(() => {
        // Behind what waits for the answer, and before the stack goes on.
        void promise.then(async () => instance.terminate());
        resolve(thing);
      });
      return promise;
    },
  },
];

test.each(lateOnes.flatMap((late) => [false, true].map((isFailing) => [late.name, isFailing, late] as const)))(
  "a host function that %s loses nothing (drop fails: %p)",
  async (_, isFailing, { give }) => {
    const owning = await runtime.instance(await load(thingsOwner)).instantiate();
    const thing = owning.func("b#make")() as Disposable; // a resource
    const dropped: unknown[] = [];
    for (const [name, given] of [
      ["run", thing],
      ["run-of-host", "a thing of the host"],
    ] as const) {
      const settled = Promise.withResolvers<undefined>();
      // Not async, which would put a promise of its own around the answer.
      // oxlint-disable-next-line promise-function-async
      const giving = (): Promise<unknown> => {
        const answer = give({ instance, thing: given });
        void answer.finally(() => settled.resolve(undefined));
        return answer;
      };
      const builder = runtime.instance(await load(givenTo)).linkLocal("b", owning);
      const instance: InstanceHandle = await builder
        .linkHost((linker) => {
          const drop = (value: unknown): void => {
            dropped.push(value);
            if (isFailing) throw new Error("it cannot be dropped");
          };
          linker.resource("h", { drop });
          linker.func("give", giving);
          linker.func("give-of-host", giving);
        })
        .instantiate();
      expect(await instance.call(name).catch((error: unknown) => error)).toMatchObject({ code: "terminated" });
      await settled.promise;
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      expect([instance.state, instance.usage().handles]).toEqual(["terminated", 0]);
    }
    expect(dropped).toEqual(["a thing of the host"]);
    expect(owning.func("b#look")(thing)).toBe(5);
    thing[Symbol.dispose]();
  },
);

test("what a promise would give to a call that cannot wait is dropped", async () => {
  const dropped: unknown[] = [];
  const builder = runtime.instance(await load(taker));
  const instance = await builder
    .linkHost((linker) => {
      linker.resource("r", { drop: (value) => void dropped.push(value) });
      linker.func("open", async () => Promise.resolve("a thing"));
      linker.func("take", () => undefined);
    })
    .instantiate();
  expect(() => instance.func("run")(97)).toThrow("cannot block");
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  expect(dropped).toEqual(["a thing"]);
});
