/** Budgets of instances that others call through links: what is done there is theirs. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { TimeAccount } from "../call/time-account.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Its allocator does not come to an end for thirteen bytes. */
const provider = `(component
  (import "wait" (func $wait))
  (core func $wait (canon lower (func $wait)))
  (core module $m
    (import "" "wait" (func $wait))
    (memory (export "mem") 16)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (if (i32.eq (local.get 3) (i32.const 13)) (then (loop (br 0))))
      (i32.const 1024))
    (func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "work") (param i32) (call $deep (local.get 0)))
    (func (export "spin") (loop (br 0)))
    (func (export "burn") (local i32)
      (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 30000000)))))
    (func (export "wait") (call $wait))
    (func (export "take") (param i32 i32) (result i32) (local.get 1))
    (func (export "give") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (local.get 0)) (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance (export "wait" (func $wait))))))
  (func $work (param "depth" u32) (canon lift (core func $i "work")))
  (func $spin (canon lift (core func $i "spin")))
  (func $burn (canon lift (core func $i "burn")))
  (func $wait' (canon lift (core func $i "wait")))
  (func $take (param "text" (list u8)) (result u32)
    (canon lift (core func $i "take") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (func $give (param "size" u32) (result (list u8)) (canon lift (core func $i "give") (memory (core memory $i "mem"))))
  (instance (export "test:app/work")
    (export "work" (func $work)) (export "spin" (func $spin)) (export "burn" (func $burn)) (export "wait" (func $wait'))
    (export "take" (func $take)) (export "give" (func $give))))`;

const consumer = `(component
  (import "test:app/work" (instance $p
    (export "work" (func (param "depth" u32)))
    (export "spin" (func)) (export "burn" (func)) (export "wait" (func))
    (export "take" (func (param "text" (list u8)) (result u32)))
    (export "give" (func (param "size" u32) (result (list u8))))))
  (core module $memory (memory (export "mem") 16)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2048)))
  (core instance $memory (instantiate $memory))
  (core func $work (canon lower (func $p "work")))
  (core func $spin (canon lower (func $p "spin")))
  (core func $burn (canon lower (func $p "burn")))
  (core func $wait (canon lower (func $p "wait")))
  (core func $take (canon lower (func $p "take") (memory (core memory $memory "mem"))))
  (core func $give (canon lower (func $p "give")
    (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (core module $m
    (import "" "work" (func $work (param i32)))
    (import "" "spin" (func $spin))
    (import "" "burn" (func $burn))
    (import "" "wait" (func $wait))
    (import "" "take" (func $take (param i32 i32) (result i32)))
    (import "" "give" (func $give (param i32 i32)))
    (func (export "work") (param i32) (call $work (local.get 0)))
    (func (export "spin") (block (try_table (catch_all 0) (call $spin))))
    (func (export "burn") (call $burn))
    (func (export "wait") (call $wait))
    (func (export "take") (param i32) (result i32) (call $take (i32.const 0) (local.get 0)))
    (func (export "give") (param i32) (call $give (local.get 0) (i32.const 64))))
  (core instance $i (instantiate $m (with "" (instance
    (export "work" (func $work)) (export "spin" (func $spin)) (export "burn" (func $burn)) (export "wait" (func $wait))
    (export "take" (func $take)) (export "give" (func $give))))))
  (func (export "work") (param "depth" u32) (canon lift (core func $i "work")))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "burn") (canon lift (core func $i "burn")))
  (func (export "wait") (canon lift (core func $i "wait")))
  (func (export "take") (param "size" u32) (result u32) (canon lift (core func $i "take")))
  (func (export "give") (param "size" u32) (canon lift (core func $i "give"))))`;

const runtime = new Runtime();
let components: readonly [Component, Component];

beforeAll(async () => {
  const read = await assemble([provider, consumer]);
  components = [await runtime.load(read(provider)), await runtime.load(read(consumer))];
}, 120_000);

interface Pair {
  readonly callee: InstanceHandle;
  readonly caller: InstanceHandle;
}

async function pairWith(ofCallee: Budget, ofCaller: Budget = {}, wait: () => unknown = () => undefined): Promise<Pair> {
  const [provides, consumes] = components;
  const builder = runtime.instance(provides).budget(ofCallee);
  const callee = await builder.linkHost((linker) => linker.func("wait", wait)).instantiate();
  const linked = runtime.instance(consumes).budget(ofCaller).linkLocal("test:app/work", callee);
  return { callee, caller: await linked.instantiate() };
}

const never = (): Promise<void> => new Promise(() => undefined);

test.each<[name: string, budget: Budget, args: readonly number[], field: string]>([
  ["spin", { wallMs: 150 }, [], "wallMs"],
  ["spin", { cpuMs: 20 }, [], "cpuMs"],
  ["wait", { wallMs: 150 }, [], "wallMs"],
  ["take", { wallMs: 150 }, [13], "wallMs"],
  ["spin", { fuel: 10_000n }, [], "fuel"],
  ["work", { maxCallDepth: 50 }, [60], "maxCallDepth"],
  ["take", { maxMessageBytes: 999 }, [1000], "maxMessageBytes"],
  ["give", { maxMessageBytes: 999 }, [1000], "maxMessageBytes"],
])("'%s' through a link with %p for the callee, %p", async (name, budget, args, field) => {
  const { callee, caller } = await pairWith(budget, {}, never);
  const neighbours = await pairWith(budget, {}, never);
  const end = await failureOf(caller.call(name, args));
  expect(end).toBeInstanceOf(BudgetExhausted);
  expect(end).toMatchObject({ field, limit: Object.values(budget)[0] });
  expect([callee.state, caller.state]).toEqual(["exhausted", "trapped"]);
  expect(await neighbours.caller.call("take", [12])).toBe(12);
  expect(neighbours.callee.state).toBe("ready");
});

test.each(["take", "give"])("messages of the caller have its limit too, and end it alone: '%s'", async (name) => {
  const { callee, caller } = await pairWith({ maxMessageBytes: 2000 }, { maxMessageBytes: 999 });
  for (let count = 0; count < 5; count += 1) await caller.call(name, [999]);
  expect(await failureOf(caller.call(name, [1000]))).toMatchObject({
    field: "maxMessageBytes",
    limit: 999,
    used: 1000,
  });
  expect([callee.state, caller.state]).toEqual(["ready", "exhausted"]);
  expect(await callee.call("test:app/work#take", [new Uint8Array(3)])).toBe(3);
  const next = await runtime.instance(components[1]).linkLocal("test:app/work", callee).instantiate();
  expect(await next.call("take", [12])).toBe(12);
});

test.each<[ofCaller: Budget, options: { timeoutMs?: number }, end: object]>([
  [{ wallMs: 150 }, {}, { field: "wallMs" }],
  [{}, { timeoutMs: 150 }, { code: "deadline" }],
])(
  "a caller's time (%p, %p) ends a callee that began to count when nobody's time was limited",
  async (ofCaller, options, end) => {
    TimeAccount.isUsed = false;
    const [provides] = components;
    const builder = runtime.instance(provides).budget({ fuel: 10n ** 15n });
    const callee = await builder.linkHost((linker) => linker.func("wait", never)).instantiate();
    await callee.call("test:app/work#work", [3]);
    const linked = runtime.instance(components[1]).budget(ofCaller).linkLocal("test:app/work", callee);
    const caller = await linked.instantiate();
    expect(await failureOf(caller.call("spin", [], options))).toMatchObject(end);
  },
);

test("each call through a link begins at the first depth", async () => {
  const { callee, caller } = await pairWith({ maxCallDepth: 20 });
  for (let count = 0; count < 100; count += 1) await caller.call("work", [10]);
  expect(callee.state).toBe("ready");
});

type Times = Readonly<Record<"cpuMs" | "wallMs", number>>;

function timesSince(start: readonly [Times, Times], end: readonly [Times, Times]): [Times, Times] {
  const since = (place: 0 | 1): Times => ({
    cpuMs: end[place].cpuMs - start[place].cpuMs,
    wallMs: end[place].wallMs - start[place].wallMs,
  });
  return [since(0), since(1)];
}

test("processor time of the callee is taken off its caller's, wall time is not", async () => {
  const { callee, caller } = await pairWith({ cpuMs: 60_000, wallMs: 60_000 }, { cpuMs: 60_000, wallMs: 60_000 });
  // Instantiating is work for an instance too.
  const start = [callee.usage(), caller.usage()] as const;
  await caller.call("burn");
  const [inner, outer] = timesSince(start, [callee.usage(), caller.usage()]);
  expect(inner.cpuMs).toBeGreaterThan(1);
  expect(outer.cpuMs).toBeLessThan(inner.cpuMs / 2);
  expect(outer.wallMs).toBeGreaterThanOrEqual(inner.wallMs);
  const plain = await pairWith({}, { cpuMs: 60_000 });
  const before = plain.caller.usage().cpuMs;
  await plain.caller.call("burn");
  expect(plain.caller.usage().cpuMs - before).toBeLessThan(inner.cpuMs / 2);
});

test("while the callee is suspended, nobody's processor time runs, and the wall time of both does", async () => {
  const answer = Promise.withResolvers<void>();
  const budget = { cpuMs: 60_000, wallMs: 60_000 };
  const { callee, caller } = await pairWith(budget, budget, () => answer.promise);
  const busy = await pairWith(budget, budget);
  const start = [callee.usage(), caller.usage()] as const;
  const waiting = caller.call("wait");
  await busy.caller.call("burn");
  const before = [callee.usage().cpuMs, caller.usage().cpuMs];
  await busy.caller.call("burn");
  expect([callee.usage().cpuMs, caller.usage().cpuMs]).toEqual(before);
  answer.resolve();
  await waiting;
  const [inner, outer] = timesSince(start, [callee.usage(), caller.usage()]);
  const worked = busy.callee.usage().cpuMs;
  expect(inner.cpuMs).toBeLessThan(worked / 2);
  expect(inner.wallMs).toBeGreaterThan(worked / 2);
  expect(outer.wallMs).toBeGreaterThanOrEqual(inner.wallMs);
});
