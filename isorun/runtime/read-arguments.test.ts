/** Arguments of a call are read before it has a turn, and what reading them does ends no more than it says it ends. */
import { beforeAll, describe, expect, spyOn, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import { LinkError } from "../errors/errors.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import { InstanceHandle } from "./instance-handle.ts";
import type { Linker } from "./linker.ts";
import { Runtime } from "./runtime.ts";

/** `put` keeps its argument while it waits, and returns what is there then. */
const keeping = `(component
  (import "wait" (func $wait))
  (core func $wait' (canon lower (func $wait)))
  (core module $m
    (import "" "wait" (func $wait))
    (memory (export "mem") 1)
    (func (export "put") (param i32) (result i32)
      (i32.store (i32.const 64) (local.get 0))
      (call $wait)
      (i32.load (i32.const 64))))
  (core instance $i (instantiate $m (with "" (instance (export "wait" (func $wait'))))))
  (func (export "put") (param "x" u32) (result u32) (canon lift (core func $i "put"))))`;

/** Takes resources around a value that is read in between. */
const taking = `(component
  (import "thing" (type $t (sub resource)))
  (type $q (record (field "x" u32)))
  (import "point" (type $p (eq $q)))
  (core module $m (func (export "take") (param i32 i32 i32)) (func (export "one") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func (export "take") (param "a" (own $t)) (param "p" $p) (param "b" (own $t)) (canon lift (core func $i "take")))
  (func (export "one") (result u32) (canon lift (core func $i "one"))))`;

const runtime = new Runtime();
let keeper: Component;
let taker: Component;

beforeAll(async () => {
  const read = await assemble([keeping, taking]);
  keeper = await runtime.load(read(keeping));
  taker = await runtime.load(read(taking));
}, 120_000);

interface Kept {
  readonly handle: InstanceHandle;
  /** Ends what waits now. */
  readonly go: () => void;
  /** When the next call waits in its host function. */
  readonly whenWaiting: () => Promise<void>;
}

async function keep(): Promise<Kept> {
  let gate = Promise.withResolvers<void>();
  let waiting = Promise.withResolvers<void>();
  const wait = (): Promise<void> => {
    waiting.resolve();
    waiting = Promise.withResolvers();
    return gate.promise;
  };
  const handle = await runtime
    .instance(keeper)
    .linkHost((linker) => linker.func("wait", wait))
    .instantiate();
  const go = (): void => {
    gate.resolve();
    gate = Promise.withResolvers();
  };
  return { handle, go, whenWaiting: () => waiting.promise };
}

/** An iterable, which runs code of the caller when it is read. */
const reading = (read: () => number): readonly unknown[] =>
  ({
    *[Symbol.iterator]() {
      yield read();
    },
  }) as unknown as readonly unknown[]; // any iterable will do

describe("arguments of 'call'", () => {
  test("are those that the array held when the call was made, however long it waits for its turn", async () => {
    const { handle, go, whenWaiting } = await keep();
    const given = [1];
    const first = handle.call("put", given);
    given[0] = 2;
    const second = handle.call("put", given);
    given[0] = 3;
    const waits = whenWaiting();
    go();
    expect(await first).toBe(1);
    await waits;
    go();
    expect(await second).toBe(2);
  });

  test("that end the instance while they are read end the call before it enters", async () => {
    const { handle } = await keep();
    const read = reading(() => {
      void handle.terminate();
      return 4711;
    });
    expect(await failureOf(handle.call("put", read))).toMatchObject({ code: "cannot-enter" });
    expect(handle.state).toBe("terminated");
    expect(handle.usage().calls).toBe(0);
  });

  test("that call in while they are read let that call in first, and both are ended with the instance", async () => {
    const { handle, go, whenWaiting } = await keep();
    const inner: Promise<unknown>[] = [];
    const read = reading(() => {
      inner.push(handle.call("put", [7]));
      return 8;
    });
    const outer = handle.call("put", read);
    const waits = whenWaiting();
    go();
    expect(await inner[0]).toBe(7);
    await waits;
    go();
    expect(await outer).toBe(8);
    const last = handle.call("put", read);
    await handle.terminate("enough");
    expect(await failureOf(last)).toMatchObject({ code: "cannot-enter" });
    expect(await failureOf(inner[1] ?? Promise.resolve())).toMatchObject({ code: "terminated", message: "enough" });
  });
});

describe("an argument whose getter ends the instance", () => {
  interface Taker {
    readonly handle: InstanceHandle;
    readonly dropped: unknown[];
    readonly ends: string[];
  }

  async function take(): Promise<Taker> {
    const dropped: unknown[] = [];
    const ends: string[] = [];
    const handle = await runtime
      .instance(taker)
      .linkHost((linker) => {
        linker.resource("thing", { drop: (value) => void dropped.push(value) });
        linker.onEnd(() => ends.push("ended"));
      })
      .instantiate();
    return { handle, dropped, ends };
  }

  const ending = (handle: InstanceHandle): object => ({
    get x() {
      void handle.terminate("enough");
      return 1;
    },
  });

  test("tells why, and all that the instance held is given back", async () => {
    const { handle, dropped, ends } = await take();
    const end = thrownBy(() => handle.func("take")("first", ending(handle), "second"));
    expect(end).toMatchObject({ code: "terminated", message: "enough" });
    expect(ends).toEqual(["ended"]);
    // The instance owned the first when it ended; the second never came to it.
    expect(dropped).toEqual(["first"]);
    expect(handle.usage().handles).toBe(0);
  });

  test("leaves no call behind that others would take for the one that runs", async () => {
    const { handle } = await take();
    thrownBy(() => handle.func("take")("first", ending(handle), "second"));
    expect(InstanceHandle.statesOf(handle).scheduler.running).toBeUndefined();
  });
});

describe("where an instance cannot be made", () => {
  const noMemory = `(component (core module $m (memory (export "mem") 65536)) ${"(core instance (instantiate $m))".repeat(60)})`;

  test("what was held for it is given back, though no code of it ran", async () => {
    const ends: string[] = [];
    const hold = (what: string) => (linker: Linker) => linker.onEnd(() => ends.push(what));
    const builder = runtime.instance(keeper).linkHost(hold("missing"));
    expect(await failureOf(builder.instantiate())).toBeInstanceOf(LinkError);
    const failing = runtime
      .instance(keeper)
      .linkHost(hold("failing"))
      .linkHost(() => {
        throw new Error("no");
      });
    expect(await failureOf(failing.instantiate())).toMatchObject({ message: "no" });
    expect(ends).toEqual(["missing", "failing"]);
  });

  test("for want of memory, no function of the host has failed", async () => {
    const component = await runtime.load((await assemble([noMemory]))(noMemory));
    const failure = await failureOf(runtime.instance(component).instantiate());
    expect(failure).toMatchObject({
      code: "trap",
      message: expect.stringMatching(/^the engine could not make the inst/),
    });
  });
});

test("a promise whose own 'then' fails is a failure of its function, and leaves no timer", async () => {
  const promise = Promise.resolve();
  const fail = (): never => {
    throw new Error("not then");
  };
  // oxlint-disable-next-line unicorn/no-thenable -- what is tested
  void Object.defineProperty(promise, "then", { value: fail });
  const handle = await runtime
    .instance(keeper)
    .linkHost((linker) => linker.func("wait", () => promise))
    .instantiate();
  const timers = spyOn(globalThis, "setTimeout");
  const failure = await failureOf(handle.call("put", [1], { timeoutMs: 60_000 }));
  expect(failure).toMatchObject({ message: "a function of the host failed: not then" });
  expect(timers).not.toHaveBeenCalled();
  timers.mockRestore();
});

test("a context behind the last argument counts where the options say none", async () => {
  const chains: number[] = [];
  const inner = await runtime
    .instance(keeper)
    .linkHost((linker) => linker.func("wait", (context: CallContext) => void chains.push(context.chain.length)))
    .instantiate();
  const outer = await runtime
    .instance(keeper)
    .linkHost((linker) =>
      linker.func("wait", async (context: CallContext) => {
        await Promise.resolve();
        await inner.call("put", [1, context], { context: undefined } as object);
      }),
    )
    .instantiate();
  await outer.call("put", [1]);
  expect(chains).toEqual([3]);
});
