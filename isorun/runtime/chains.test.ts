/** Chains of calls through several runtimes: whose call it is, whose end it is, and what waits for what. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import { BudgetExhausted, ExitError, TrapError } from "../errors/errors.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Calls `f`, and returns what it gets. */
const asking = `(component
  (import "f" (func $f (result u32)))
  (core func $f' (canon lower (func $f)))
  (core module $m (import "" "f" (func $f (result i32))) (func (export "run") (result i32) (call $f)))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

const endless = `(component
  (core module $m (func (export "run") (result i32) (loop (br 0)) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

const texts = { asking, endless };
let bytesOf: (name: keyof typeof texts) => Uint8Array;
beforeAll(async () => {
  const read = await assemble(Object.values(texts));
  bytesOf = (name) => read(texts[name]);
}, 120_000);

type Ask = (context: CallContext) => unknown;

async function make(runtime: Runtime, ask: Ask): Promise<InstanceHandle> {
  const component = await runtime.load(bytesOf("asking"));
  return runtime
    .instance(component)
    .linkHost((linker) => linker.func("f", (context: CallContext) => ask(context)))
    .instantiate();
}

const endOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

test("numbers of calls in other runtimes are nobody's here: who only waits for a turn is in no circle", async () => {
  const [one, other] = [new Runtime(), new Runtime()];
  const { promise: gate, resolve: open } = Promise.withResolvers<number>();
  const busy = await make(other, () => gate);
  const passing = await make(one, (context) => busy.call("run", [], { context }));
  const calls = [busy.call("run"), passing.call("run")];
  await Promise.resolve();
  calls.push(passing.call("run"));
  // All of them stand where they wait, before the gate opens.
  await new Promise((resolve) => void setTimeout(resolve, 0));
  open(5);
  expect(await Promise.all(calls)).toEqual([5, 5, 5]);
});

test("instances of two runtimes that wait for each other are found", async () => {
  const runtimes = [new Runtime(), new Runtime()] as const;
  const both: InstanceHandle[] = [];
  const ask = (next: number) => async (context: CallContext) => {
    await Promise.resolve();
    return both[next]?.call("run", [], { context });
  };
  both.push(await make(runtimes[0], ask(1)), await make(runtimes[1], ask(0)));
  const ends = await Promise.all(both.map((instance) => endOf(instance.call("run"))));
  expect(ends.map((end) => (end instanceof Error && "code" in end ? end.code : end))).toContain("deadlock");
});

test("instances of several runtimes have different names in chains", async () => {
  const chains: (readonly string[])[] = [];
  for (const runtime of [new Runtime(), new Runtime()]) {
    const instance = await make(runtime, ({ chain }) => {
      chains.push(chain);
      return 1;
    });
    await instance.call("run");
  }
  expect(chains.map(({ length }) => length)).toEqual([2, 2]);
  expect(new Set(chains.map((chain) => chain[1])).size).toBe(2);
  expect(chains.flat().filter((name) => name.startsWith("instance-1@"))).toHaveLength(2);
});

test("a chain that another runtime passed is no way back into a busy instance of the same number", async () => {
  const [one, other] = [new Runtime(), new Runtime()];
  const { promise: gate, resolve: open } = Promise.withResolvers<number>();
  const busy = await make(other, () => gate);
  const passing = await make(one, ({ signal, chain }) => busy.call("run", [], { context: { signal, chain } }));
  const calls = [busy.call("run"), passing.call("run")];
  await new Promise((resolve) => void setTimeout(resolve, 0));
  open(5);
  expect(await Promise.all(calls)).toEqual([5, 5]);
});

test("the spent budget of another instance is a failure of the host function that called it", async () => {
  const runtime = new Runtime();
  const looping = await runtime
    .instance(await runtime.load(bytesOf("endless")))
    .budget({ fuel: 1000n })
    .instantiate();
  for (const ask of [() => looping.func("run")(), () => looping.call("run")]) {
    const caller = await make(runtime, ask);
    const end = await endOf(caller.call("run"));
    expect(end).toBeInstanceOf(TrapError);
    expect([caller.state, looping.state]).toEqual(["trapped", "exhausted"]);
  }
  const first = await runtime
    .instance(await runtime.load(bytesOf("endless")))
    .budget({ fuel: 1000n })
    .instantiate();
  const caller = await make(runtime, () => first.call("run"));
  const end = await endOf(caller.call("run"));
  expect((end as TrapError).cause).toBeInstanceOf(BudgetExhausted);
  expect((end as TrapError).message).toStartWith("a function of the host failed: the budget's 'fuel' is exhausted");
});

test("the exit of another instance is a failure of the host function that called it, an exit of its own is not", async () => {
  const runtime = new Runtime();
  const exit = new ExitError(0);
  const leaving = await make(runtime, () => {
    throw exit;
  });
  const caller = await make(runtime, () => leaving.call("run"));
  const end = await endOf(caller.call("run"));
  expect(end).toMatchObject({ code: "trap", cause: exit });
  expect([caller.state, leaving.state]).toEqual(["trapped", "terminated"]);
  const other = await make(runtime, () => Promise.reject(exit2));
  expect(await endOf(other.call("run"))).toBe(exit2);
  expect(other.state).toBe("terminated");
});

const exit2 = new ExitError(2);

test("the trap of another instance is the cause of the caller's, with the frames of both", async () => {
  const runtime = new Runtime();
  const failure = new TrapError("access denied: no", { code: "access-denied" });
  const failing = await make(runtime, () => Promise.reject(failure));
  const caller = await make(runtime, () => failing.call("run"));
  const end = await endOf(caller.call("run"));
  expect(end).toMatchObject({
    code: "trap",
    cause: failure,
    message: "a function of the host failed: access denied: no",
  });
  expect((end as TrapError).frames.map(({ func }) => func)).toEqual(["run", "run"]);
});

test("a call that is cancelled with those that it made ends with its own reason", async () => {
  const runtime = new Runtime();
  const waiting = await make(runtime, () => new Promise(() => undefined));
  const caller = await make(runtime, (context) => waiting.call("run", [], { context }));
  const controller = new AbortController();
  const end = endOf(caller.call("run", [], { signal: controller.signal }));
  await new Promise((resolve) => void setTimeout(resolve, 0));
  controller.abort(new Error("enough"));
  expect(await end).toMatchObject({ code: "cancelled" });
  expect([caller.state, waiting.state]).toEqual(["trapped", "trapped"]);
});
