/** Which instances a deadlock is told with: those that are held and waited for, wherever the calls began. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { type CallContext, type Task, TaskContext } from "../call/task.ts";
import { DeadlockError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const passing = (imported: string, exported: string): string => `(component
  (import "${imported}" (func $f))
  (core func $f (canon lower (func $f)))
  (core module $m (import "" "f" (func $f)) (func (export "go") (call $f)))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
  (func (export "${exported}") (canon lift (core func $i "go"))))`;

const texts = [passing("base", "svc"), passing("svc", "run")] as const;

let components: readonly [service: Component, client: Component];

beforeAll(async () => {
  const read = await assemble(texts);
  const runtime = new Runtime();
  components = [await runtime.load(read(texts[0])), await runtime.load(read(texts[1]))];
}, 120_000);

interface Three {
  readonly service: InstanceHandle;
  readonly clients: readonly [InstanceHandle, InstanceHandle];
}

/** The service, which both clients are linked to, calls one of them from within its host function. */
async function three(base: (second: InstanceHandle, context: CallContext) => Promise<unknown>): Promise<Three> {
  const runtime = new Runtime();
  const [serves, calls] = components;
  const second: { handle?: InstanceHandle } = {};
  const service = await runtime
    .instance(serves)
    .linkHost((linker) =>
      linker.func("base", async (context: CallContext) => {
        await Promise.resolve();
        if (second.handle !== undefined) await base(second.handle, context);
      }),
    )
    .instantiate();
  const client = async (): Promise<InstanceHandle> => runtime.instance(calls).linkLocal("svc", service).instantiate();
  const clients = [await client(), await client()] as const;
  [, second.handle] = clients;
  return { service, clients };
}

const withoutRuntime = (names: readonly string[]): string[] => names.map((name) => name.replace(/@.*$/, ""));

test("an instance that is held through a link stands in the cycle, and where the calls began does not", async () => {
  const { service, clients } = await three(async (second, context) => second.call("run", [], { context }));
  const [first, second] = clients.map(async (client) => client.call("run"));
  const end = await failureOf(Promise.all([first, second]));
  if (!(end instanceof DeadlockError)) return expect.unreachable("it is a deadlock");
  expect(withoutRuntime(end.cycle)).toEqual(["instance-3", "instance-1", "instance-3"]);
  expect(end.message).toBe(`calls wait for each other: ${end.cycle.join(" → ")}`);
  const ends = await Promise.allSettled([first, second]);
  expect(ends).toMatchObject([{ reason: { code: "cannot-enter" } }, { reason: end }]);
  expect([service.state, ...clients.map(({ state }) => state)]).toEqual(["trapped", "trapped", "trapped"]);
});

test("who waited for an instance that ends with it is refused, and goes on where its host function takes that", async () => {
  const caught: unknown[] = [];
  const { service, clients } = await three(async (second, context) => {
    if (caught.length === 0) caught.push(await failureOf(second.call("run", [], { context })));
  });
  const ends = await Promise.allSettled(clients.map(async (client) => client.call("run")));
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(caught).toMatchObject([{ code: "cannot-enter" }]);
  expect([service.state, ...clients.map(({ state }) => state)]).toEqual(["ready", "ready", "trapped"]);
});

/** What a host function does with its context. */
type Ask = (context: CallContext) => Promise<unknown>;

/** Does so in its first call, and nothing in others. */
async function asking(runtime: Runtime, ask: Ask): Promise<InstanceHandle> {
  let first: Ask | undefined = ask;
  const base = async (context: CallContext): Promise<void> => {
    const now = first;
    first = undefined;
    await now?.(context);
  };
  return runtime
    .instance(components[0])
    .linkHost((linker) => linker.func("base", base))
    .instantiate();
}

/** Calls all of them, and waits for all. */
const allOf = async (context: CallContext, ...others: (InstanceHandle | undefined)[]): Promise<unknown> =>
  Promise.allSettled(others.map(async (other) => other?.call("svc", [], { context })));

const codes = (ends: unknown): readonly unknown[] =>
  (ends as PromiseSettledResult<unknown>[]).map((end) =>
    end.status === "rejected" ? Reflect.get(Object(end.reason), "code") : end.status,
  );

test("a call that waits for two of one chain is in two circles, and both are broken", async () => {
  const runtime = new Runtime();
  const gate = Promise.withResolvers<void>();
  const made: { second?: InstanceHandle } = {};
  const inner = await asking(runtime, async (context) => {
    await gate.promise;
    await made.second?.call("svc", [], { context });
  });
  const outer = await asking(runtime, async (context) => inner.call("svc", [], { context }));
  const caught: unknown[] = [];
  made.second = await asking(runtime, async (context) => {
    const calls = allOf(context, outer, inner);
    gate.resolve();
    caught.push(await calls);
  });
  const ends = Promise.allSettled([outer.call("svc"), made.second.call("svc")]);
  expect(codes(await ends)).toEqual(["fulfilled", "fulfilled"]);
  expect(caught.map(codes)).toEqual([["deadlock", "deadlock"]]);
  expect([outer, inner, made.second].map(({ state }) => state)).toEqual(["ready", "ready", "ready"]);
});

test("where the call that has just come gives way, no other one has to", async () => {
  const runtime = new Runtime();
  const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
  const made: { old?: InstanceHandle; middle?: InstanceHandle; young?: InstanceHandle } = {};
  const caught: Record<string, unknown> = {};
  // The oldest chain waits for the youngest, and for the one between them.
  made.old = await asking(runtime, async (context) => {
    await gates[0]?.promise;
    const calls = allOf(context, made.young, made.middle);
    gates[1]?.resolve();
    caught["old"] = codes(await calls);
  });
  made.young = await asking(runtime, async (context) => {
    await gates[1]?.promise;
    const calls = allOf(context, made.middle);
    gates[2]?.resolve();
    caught["young"] = codes(await calls);
  });
  made.middle = await asking(runtime, async (context) => {
    await gates[2]?.promise;
    caught["middle"] = codes(await allOf(context, made.old));
  });
  const calls = [made.old, made.middle, made.young].map(async (each) => each.call("svc"));
  gates[0]?.resolve();
  await Promise.all(calls);
  expect(caught).toEqual({
    old: ["fulfilled", "fulfilled"],
    young: ["fulfilled"],
    middle: ["deadlock"],
  });
});

test.each(["ended", "running"])(
  "a call above a synchronous one, which is %s, waits for those that this made",
  async (when) => {
    const runtime = new Runtime();
    const made: { second?: InstanceHandle } = {};
    const gate = Promise.withResolvers<unknown>();
    let context: CallContext | undefined;
    const first = await asking(runtime, async (given) => {
      context = given;
      await gate.promise;
    });
    const close = (): void => gate.resolve(allOf(context as CallContext, made.second));
    const calls: Promise<unknown>[] = [];
    const between = await runtime
      .instance(components[0])
      .linkHost((linker) =>
        linker.func("base", () => {
          calls.push(first.call("svc"));
          if (when === "running") close();
        }),
      )
      .instantiate();
    const caught: unknown[] = [];
    made.second = await asking(runtime, async () => {
      between.func("svc")();
      if (when === "ended") close();
      caught.push(codes(await Promise.allSettled(calls)));
    });
    const ends = Promise.allSettled([first.call("svc"), made.second.call("svc")]);
    expect(codes(await ends)).toEqual(["fulfilled", "fulfilled"]);
    expect(caught).toEqual([["deadlock"]]);
  },
);

test("thousands of circles take time by their number, not by its square", async () => {
  const runtime = new Runtime();
  const gate = Promise.withResolvers<void>();
  const made: { outer?: InstanceHandle } = {};
  const inner = await asking(runtime, async (context) => {
    await gate.promise;
    await allOf(context, made.outer);
  });
  let steps = 0;
  const caught: unknown[] = [];
  made.outer = await asking(runtime, async (context) => {
    const ends = allOf(context, ...Array.from({ length: 1000 }, () => inner));
    const { children = new Set<Task>() } = TaskContext.taskOf(context) ?? {};
    const values = [...children];
    children[Symbol.iterator] = function* each() {
      for (const child of values) {
        steps += 1;
        if (children.has(child)) yield child;
      }
    } as () => SetIterator<Task>; // what nobody else asks for is missing
    gate.resolve();
    caught.push(codes(await ends));
  });
  const ends = await Promise.allSettled([inner.call("svc"), made.outer.call("svc")]);
  expect(codes(ends)).toEqual(["fulfilled", "fulfilled"]);
  expect(caught).toEqual([Array.from({ length: 1000 }, () => "deadlock")]);
  expect(steps).toBeLessThan(10_000);
});
