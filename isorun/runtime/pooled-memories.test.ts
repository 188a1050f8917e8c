/** Memories are used again: nothing of one instance is seen by another, and no instance that ended is entered. */
import { beforeAll, describe, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { stateBytes, stateOffsets } from "../adapter/state-memory.ts";
import { BudgetExhausted, LinkError, TrapError } from "../errors/errors.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const shelf = (pages: string) => `(component
  (import "wait" (func $wait (result u32)))
  (core func $wait (canon lower (func $wait)))
  (core module $m
    (import "" "wait" (func $wait (result i32)))
    (memory (export "mem") ${pages})
    (data (i32.const 8) "seed")
    (func (export "put") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func $get (export "get") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "put-later") (param i32) (result i32)
      (local.set 0 (i32.add (local.get 0) (call $wait)))
      (i32.store (local.get 0) (i32.const 77)) (local.get 0))
    ;; The words that are not zero, beside the segment.
    (func (export "dirt") (result i32) (local $at i32) (local $count i32)
      (local.set $at (i32.const 12))
      (loop $next
        (local.set $count (i32.add (local.get $count) (i32.ne (i32.load (local.get $at)) (i32.const 0))))
        (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 65536))))
      (local.get $count))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))
    (func (export "spin") (loop $again (br $again)))
    (func (export "fail") unreachable)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2048))
    (func (export "take") (param i32 i32))
    (func (export "bytes") (result i32)
      (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 8)) (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance (export "wait" (func $wait))))))
  (core module $d (func (export "dtor") (param i32)))
  (core instance $d (instantiate $d))
  (type $r' (resource (rep i32) (dtor (core func $d "dtor"))))
  (core func $new (canon resource.new $r'))
  (core module $n (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 5))))
  (core instance $n (instantiate $n (with "" (instance (export "new" (func $new))))))
  (export $r "r" (type $r'))
  (func (export "make") (result (own $r)) (canon lift (core func $n "make")))
  (func (export "put") (param "at" u32) (param "value" u32) (canon lift (core func $i "put")))
  (func (export "get") (param "at" u32) (result u32) (canon lift (core func $i "get")))
  (func (export "put-later") (param "at" u32) (result u32) (canon lift (core func $i "put-later")))
  (func (export "dirt") (result u32) (canon lift (core func $i "dirt")))
  (func (export "grow") (result s32) (canon lift (core func $i "grow")))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "fail") (canon lift (core func $i "fail")))
  (func (export "take") (param "numbers" (list u32))
    (canon lift (core func $i "take") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (func (export "bytes") (result (list u8)) (canon lift (core func $i "bytes") (memory (core memory $i "mem")))))`;

const small = shelf("1 4");
const large = shelf("100");
const tooLarge = shelf("129");

const failing = `(component
  (core module $m (memory 1 4) (func $start (i32.store (i32.const 99) (i32.const 1)) unreachable) (start $start))
  (core instance (instantiate $m)))`;

const reader = `(component
  (import "get" (func $get (param "at" u32) (result u32)))
  (core func $get (canon lower (func $get)))
  (core module $m (import "" "get" (func $get (param i32) (result i32)))
    (func (export "read") (param i32) (result i32) (call $get (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "get" (func $get))))))
  (func (export "read") (param "at" u32) (result u32) (canon lift (core func $i "read"))))`;

/** Drops a thing of the host's, whose end may be that of the instance too, and goes on. */
const dropper = `(component
  (import "host" (instance $host (export "thing" (type $thing (sub resource))) (export "make" (func (result (own $thing))))))
  (alias export $host "thing" (type $thing))
  (core func $make (canon lower (func $host "make")))
  (core func $drop (canon resource.drop $thing))
  (core module $m
    (import "" "make" (func $make (result i32))) (import "" "drop" (func $drop (param i32)))
    (memory 1 4)
    (func (export "end") (result i32) (call $drop (call $make)) (i32.const 1))
    (func (export "more") (result i32) (i32.store (i32.const 64) (i32.const 1)) (i32.const 2)))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "drop" (func $drop))))))
  (func (export "end") (result u32) (canon lift (core func $i "end")))
  (func (export "more") (result u32) (canon lift (core func $i "more"))))`;

const twice = `(component
  (import "end" (func $end (result u32)))
  (import "more" (func $more (result u32)))
  (core func $end (canon lower (func $end)))
  (core func $more (canon lower (func $more)))
  (core module $m
    (import "" "end" (func $end (result i32))) (import "" "more" (func $more (result i32)))
    (func (export "run") (result i32) (i32.add (call $end) (call $more))))
  (core instance $i (instantiate $m (with "" (instance (export "end" (func $end)) (export "more" (func $more))))))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

const shared = `(component
  (import "given" (core module $given (import "" "mem" (memory 1)) (export "peek" (func (result i32)))))
  (core module $m (memory (export "mem") 1 4))
  (core instance $i (instantiate $m))
  (core instance $g (instantiate $given (with "" (instance $i))))
  (func (export "peek") (result u32) (canon lift (core func $g "peek"))))`;

const given = '(module (import "" "mem" (memory 1)) (func (export "peek") (result i32) (i32.load (i32.const 0))))';

let bytesOf: (text: string) => Uint8Array;

beforeAll(async () => {
  bytesOf = await assemble([small, large, tooLarge, failing, reader, dropper, twice, shared, given]);
}, 120_000);

const pooled = (handle: InstanceHandle): number => InstanceHandle.statesOf(handle).memories.size;

async function shelves(text = small): Promise<{ runtime: Runtime; builder: InstanceBuilder }> {
  const runtime = new Runtime();
  return { runtime, builder: runtime.instance(await runtime.load(bytesOf(text))).unknownImportsTrap() };
}

async function codeOf(ended: Promise<unknown>): Promise<unknown> {
  const error = await ended.catch((failure: unknown) => failure);
  return error instanceof TrapError ? error.code : error;
}

const secret = 0x5ec7e7;

describe("what the next one finds", () => {
  test("is a memory as new: zeros, its data segments, the size that it begins with", async () => {
    const { builder } = await shelves();
    const first = await builder.instantiate();
    for (const at of [8, 12, 4096, 65_532]) await first.call("put", [at, secret]);
    await first.terminate();
    expect(pooled(first)).toBe(1);
    const next = await builder.instantiate();
    expect(pooled(next)).toBe(0);
    expect(await next.call("dirt")).toBe(0);
    expect(await next.call("get", [8])).toBe(0x64656573);
    expect(next.usage().memoryBytes).toBe(65_536);
    expect(await next.call("grow")).toBe(1);
  });

  test("is never what another has at the same time", async () => {
    const { builder } = await shelves();
    await (await builder.instantiate()).terminate();
    const [one, other] = [await builder.instantiate(), await builder.instantiate()];
    await one.call("put", [4096, secret]);
    expect([await other.call("dirt"), await other.call("get", [4096])]).toEqual([0, 0]);
  });

  test.each([
    ["a trap", {}, "fail", "trapped"],
    ["a budget that is used up", { fuel: 5000n, maxMemoryBytes: 1 << 20 }, "spin", "exhausted"],
  ] as const)("is clean after %s, and what was used is still told", async (_, budget, end, state) => {
    const { builder } = await shelves();
    builder.budget(budget);
    const first = await builder.instantiate();
    await first.call("put", [4096, secret]);
    const before = first.usage();
    await first.call(end).catch(() => undefined);
    expect([first.state, pooled(first)]).toEqual([state, 1]);
    expect(first.usage()).toMatchObject({ memoryBytes: 65_536, calls: before.calls + 1, instances: 1 });
    expect(first.usage().fuel >= before.fuel).toBe(true);
    const next = await builder.budget({ fuel: 1n << 40n }).instantiate();
    expect([pooled(next), await next.call("dirt")]).toEqual([0, 0]);
  });

  test("is clean after one that failed while it was made", async () => {
    const { runtime, builder } = await shelves();
    const other = await builder.instantiate();
    const broken = runtime.instance(await runtime.load(bytesOf(failing)));
    expect(await codeOf(broken.instantiate())).toBe("trap");
    expect(pooled(other)).toBe(1);
    const next = await builder.instantiate();
    expect([pooled(next), await next.call("dirt")]).toEqual([0, 0]);
  });

  test("has nothing to do with lists that were lifted before", async () => {
    const { builder } = await shelves();
    const first = await builder.instantiate();
    await first.call("put", [1024, secret]);
    const lifted = (await first.call("bytes")) as Uint8Array;
    const before = [...lifted];
    await first.terminate();
    const next = await builder.instantiate();
    await next.call("put", [1024, 0x1234]);
    expect([...lifted]).toEqual(before);
    lifted.fill(255);
    expect(await next.call("get", [1024])).toBe(0x1234);
  });
});

describe("what is not used again", () => {
  test("a memory that grew", async () => {
    const { builder } = await shelves();
    const first = await builder.instantiate();
    await first.call("grow");
    await first.terminate();
    expect([pooled(first), first.usage().memoryBytes]).toEqual([0, 2 * 65_536]);
  });

  test("one of other limits, or over the bound", async () => {
    const { runtime, builder } = await shelves();
    const first = await builder.instantiate();
    await first.terminate();
    for (const text of [large, tooLarge]) {
      const other = runtime.instance(await runtime.load(bytesOf(text))).unknownImportsTrap();
      const made = await other.instantiate();
      expect([pooled(made), await made.call("dirt")]).toEqual([1, 0]);
      if (text === tooLarge) await made.terminate();
    }
    expect(pooled(first)).toBe(1);
  });

  test("one that a module of the host's may have been given", async () => {
    const runtime = new Runtime();
    const builder = runtime.instance(await runtime.load(bytesOf(shared)));
    const made = await builder.linkHost((linker) => linker.module("given", bytesOf(given))).instantiate();
    expect(await made.call("peek")).toBe(0);
    await made.terminate();
    expect(pooled(made)).toBe(0);
  });

  test("those of another runtime, or of one that was closed", async () => {
    const [one, other] = [await shelves(), await shelves()];
    const first = await one.builder.instantiate();
    await first.terminate();
    expect([pooled(first), pooled(await other.builder.instantiate())]).toEqual([1, 0]);
    const late = await one.builder.instantiate();
    await one.runtime.close();
    expect([late.state, pooled(late)]).toEqual(["terminated", 0]);
  });

  test("more than a pool holds, in number and in bytes", async () => {
    for (const [text, count, kept] of [
      [small, 40, 32],
      [large, 7, 5],
    ] as const) {
      const { builder } = await shelves(text);
      const made: InstanceHandle[] = [];
      for (let index = 0; index < count; index += 1) made.push(await builder.instantiate());
      for (const handle of made) await handle.terminate();
      expect(pooled(await builder.instantiate())).toBe(kept - 1);
    }
  });
});

describe("an instance that ended is entered by nobody", () => {
  /** The first is over, and what it had is the second's. */
  async function succeeded() {
    const { runtime, builder } = await shelves();
    const first = await builder.instantiate();
    const second = async (): Promise<InstanceHandle> => {
      await first.terminate();
      expect(pooled(first)).toBe(1);
      const made = await builder.instantiate();
      expect(pooled(made)).toBe(0);
      await made.call("put", [4096, secret]);
      return made;
    };
    return { runtime, first, second };
  }

  test("not by functions that the host kept", async () => {
    const { first, second } = await succeeded();
    const [get, put, bytes] = [first.func("get"), first.func("put"), first.func("bytes")];
    expect([get(4096), (bytes() as Uint8Array).length]).toEqual([0, 8]);
    const made = await second();
    for (const call of [() => get(4096), () => put(4096, 1), () => bytes()]) {
      expect(call).toThrow("cannot enter component instance: it is terminated");
    }
    expect(await codeOf(first.call("get", [4096], { context: { chain: [] } as never }))).toBe("cannot-enter");
    expect(await made.call("get", [4096])).toBe(secret);
  });

  test("not through a link, made before or after", async () => {
    const { runtime, first, second } = await succeeded();
    const builder = runtime.instance(await runtime.load(bytesOf(reader))).linkLocal("get", first);
    const linked = await builder.instantiate();
    expect(await linked.call("read", [4096])).toBe(0);
    const made = await second();
    expect(await codeOf(linked.call("read", [4096]))).toBe("cannot-enter");
    expect(await builder.instantiate().catch((error: unknown) => error)).toBeInstanceOf(LinkError);
    expect(await made.call("get", [4096])).toBe(secret);
  });

  test("not by a resource that is dropped later", async () => {
    const { first, second } = await succeeded();
    const resource = (await first.call("make")) as Disposable;
    const made = await second();
    resource[Symbol.dispose]();
    expect(await made.call("get", [4096])).toBe(secret);
  });

  test("not again in a call during which the end of a resource ended it", async () => {
    const runtime = new Runtime();
    const ends: { handle?: InstanceHandle } = {};
    const serving = await runtime
      .instance(await runtime.load(bytesOf(dropper)))
      .linkHost((linker) =>
        linker.instance("host", (host) => {
          host.resource("thing", { drop: () => void ends.handle?.terminate() });
          host.func("make", () => ({}));
        }),
      )
      .instantiate();
    const linked = runtime.instance(await runtime.load(bytesOf(twice)));
    const calling = await linked.linkLocal("end", serving).linkLocal("more", serving).instantiate();
    expect(await calling.call("run")).toBe(3);
    ends.handle = serving;
    expect(await codeOf(calling.call("run"))).toBe("terminated");
    expect(serving.state).toBe("terminated");
  });
});

test("arguments that end their instance while they are read are written into no other one's memory", async () => {
  const { builder } = await shelves();
  const first = await builder.instantiate();
  let left: number | undefined;
  const numbers = {
    *[Symbol.iterator]() {
      yield secret;
      void first.terminate();
      left = pooled(first);
      yield secret;
    },
  };
  expect(() => first.func("take")(numbers)).toThrow(TrapError);
  expect([left, pooled(first)]).toEqual([0, 1]);
  expect(await (await builder.instantiate()).call("dirt")).toBe(0);
});

describe("calls that wait while the instance ends", () => {
  async function waiting(): Promise<{
    builder: InstanceBuilder;
    first: InstanceHandle;
    answer: (value: number) => void;
    asked: Promise<number>;
  }> {
    const { builder } = await shelves();
    const { promise: asked, resolve: answer } = Promise.withResolvers<number>();
    const first = await builder.linkHost((linker) => linker.func("wait", () => asked)).instantiate();
    return { builder, first, answer, asked };
  }

  test("keep its memory until their stack has ended, and an answer that is late changes nothing", async () => {
    const { builder, first, answer } = await waiting();
    const call = codeOf(first.call("put-later", [2048]));
    await first.terminate();
    expect(pooled(first)).toBe(0);
    const meanwhile = await builder.instantiate();
    expect(await call).toBe("terminated");
    expect(pooled(first)).toBe(1);
    const next = await builder.instantiate();
    answer(0);
    await new Promise((resolve) => void setImmediate(resolve));
    expect([await meanwhile.call("dirt"), await next.call("dirt")]).toEqual([0, 0]);
  });

  test("end although they have their answer, if their stack has not gone on", async () => {
    const { first, answer, asked } = await waiting();
    const call = codeOf(first.call("put-later", [2048]));
    const ended = asked.then(() => first.terminate());
    answer(0);
    await ended;
    expect(await call).toBe("terminated");
    expect([first.state, pooled(first)]).toEqual(["terminated", 1]);
  });

  test("do not enter it when it ends between their turn and them", async () => {
    const { first, answer } = await waiting();
    const { words } = InstanceHandle.statesOf(first);
    const [holder, running] = [(stateBytes + stateOffsets.holder) / 4, first.call("put-later", [2048])];
    const before = words[holder];
    const next = codeOf(first.call("put-later", [2052]));
    const look = (): void => {
      if (words[holder] === before) queueMicrotask(look);
      else void first.terminate();
    };
    queueMicrotask(look);
    answer(0);
    expect([await running, await next]).toEqual([2048, "terminated"]);
    expect([first.state, first.usage().calls, pooled(first)]).toEqual(["terminated", 1, 1]);
  });

  test("are told of a budget as ever", async () => {
    const { builder, first } = await waiting();
    await first.terminate();
    const limited = await builder
      .budget({ maxMemoryBytes: 65_535 })
      .instantiate()
      .catch((error: unknown) => error);
    expect(limited).toBeInstanceOf(BudgetExhausted);
    expect(pooled(first)).toBe(1);
  });
});
