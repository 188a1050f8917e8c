/** Calls that a host function began, and that go on when its own call has ended: nothing that comes later ends them. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { type CallContext, type Task, TaskContext } from "../call/task.ts";
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

test("nor in the chain of a later call of the instance that all of it began in", async () => {
  const gate = Promise.withResolvers<void>();
  const own: { context?: CallContext; chain?: readonly string[] } = {};
  const calls: Promise<unknown>[] = [];
  const waiting = await make(async (context) => {
    own.context = context;
    own.chain = context.chain;
    await gate.promise;
  });
  const inner = await make(() => void calls.push(waiting.call("run")));
  const notes = [
    () => inner.func("run")(),
    () => void calls.push(outer.call("run", [], { context: own.context as CallContext })),
  ];
  const outer: InstanceHandle = await make(() => notes.shift()?.());
  const run = outer.func("run");
  run();
  const [name, first, second, last] = own.chain ?? [];
  expect([name, first, second]).toEqual([expect.stringMatching(/^call-/), expect.any(String), expect.any(String)]);
  expect(own.context?.chain).toEqual([name as string, last as string]);
  run();
  gate.resolve();
  expect(await Promise.allSettled(calls)).toMatchObject([{ status: "fulfilled" }, { status: "fulfilled" }]);
});

const makers: readonly (readonly [string, (inner: InstanceHandle, context: CallContext) => unknown])[] = [
  ["a synchronous call", (inner) => inner.func("run")()],
  ["a call", (inner, context) => inner.call("run", [], { context })],
];

test.each(makers)("what ends the call above %s that has ended ends them", async (_, ask) => {
  const own: { context?: CallContext } = {};
  const calls: Promise<unknown>[] = [];
  const waits = Promise.withResolvers<void>();
  const waiting = await make((context) => {
    own.context = context;
    waits.resolve();
    return new Promise(() => undefined);
  });
  const inner = await make((context) => void calls.push(waiting.call("run", [], { context })));
  const outer = await make(async (context) => {
    await ask(inner, context);
    await Promise.all(calls);
  });
  const controller = new AbortController();
  const call = outer.call("run", [], { signal: controller.signal });
  await waits.promise;
  // Until what it was made by has ended.
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
  controller.abort();
  expect(await Promise.allSettled([call, ...calls])).toMatchObject([
    { reason: { code: "cancelled" } },
    { reason: { code: "cancelled" } },
  ]);
  expect(own.context?.signal.aborted).toBe(true);
  expect(waiting.state).toBe("trapped");
});

test("calls that begin each other one after the other stay in one chain, and nothing is kept of those that ended", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const done = Promise.withResolvers<void>();
  const seen: (readonly string[])[] = [];
  const traces = new Set<string | undefined>();
  const held: number[] = [];
  const ring: InstanceHandle[] = [];
  const note = (next: number) => async (context: CallContext) => {
    await new Promise((resolve) => void setImmediate(resolve));
    seen.push(context.chain);
    traces.add(context.traceparent);
    held.push(countOf(TaskContext.taskOf(context)));
    if (seen.length === 50) done.resolve();
    else ring[next]?.call("run", [], { context }).catch(done.reject);
  };
  for (const next of [1, 2, 0]) ring.push(await make(note(next)));
  void ring[0]?.call("run", [], { context: { chain: ["given"], traceparent, signal: new AbortController().signal } });
  await done.promise;
  expect(seen.map(([name, ...names]) => [name, names.length])).toEqual(seen.map(() => ["given", 1]));
  expect([...traces]).toEqual([traceparent]);
  expect(new Set(held)).toEqual(new Set([1]));
});

test.each([0, 1])(
  "nor of what the host function has answered that made them, %d turns after it began",
  async (turns) => {
    const calls: Promise<unknown>[] = [];
    const answers: WeakRef<object>[] = [];
    for (let index = 0; index < 50; index += 1) {
      const waiting = await make(() => new Promise(() => undefined));
      const maker = await make(async (context) => {
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        calls.push(waiting.call("run", [], { context }));
        const answer = { index };
        answers.push(new WeakRef(answer));
        return answer;
      });
      await maker.call("run");
    }
    // What a WeakRef was made of lives until the end of the job.
    await new Promise((resolve) => void setImmediate(resolve));
    Bun.gc(true);
    // The collector is conservative: what a stack still shows may stay.
    expect(answers.filter((each) => each.deref() !== undefined).length).toBeLessThan(25);
    expect(calls).toHaveLength(answers.length);
  },
);

/** A call and those above it. */
const countOf = (task: Task | undefined): number => (task === undefined ? 0 : 1 + countOf(task.parent));
