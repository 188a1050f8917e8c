/** Calls that wait: for promises of host functions, and for their turn; through links; and what ends them meanwhile. */
import { beforeAll, describe, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import { ComponentError, LinkError, TrapError, UnsupportedError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import type { HostFunction } from "./linker.ts";
import { Runtime } from "./runtime.ts";

const core = `
  (core module $m
    (import "" "fetch" (func $fetch (param i32) (result i32)))
    (import "" "text" (func $text (param i32)))
    (import "" "try" (func $try (param i32)))
    (memory (export "mem") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3))))
    (func (export "twice") (param i32) (result i32)
      (i32.add (call $fetch (local.get 0)) (call $fetch (i32.add (local.get 0) (i32.const 1)))))
    (func (export "catch") (result i32)
      (block (try_table (catch_all 0) (drop (call $fetch (i32.const 0))) (return (i32.const 1))))
      (i32.const 2))
    (func (export "text") (result i32) (call $text (i32.const 16)) (i32.const 16))
    (func (export "try") (result i32) (call $try (i32.const 32)) (i32.const 32))
    (func (export "answer") (result i32) (i32.const 42)))`;

const waiter = `(component
  (import "fetch" (func $fetch (param "x" u32) (result u32)))
  (import "text" (func $text (result string)))
  (import "try" (func $try (result (result u32 (error u32)))))
  (core module $memory (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $memory (instantiate $memory))
  (core func $fetch (canon lower (func $fetch)))
  (core func $text (canon lower (func $text)
    (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (core func $try (canon lower (func $try) (memory (core memory $memory "mem"))))
  ${core.replace('(memory (export "mem") 1)', '(import "" "mem" (memory 1))')}
  (core instance $i (instantiate $m (with "" (instance
    (export "mem" (memory $memory "mem"))
    (export "fetch" (func $fetch)) (export "text" (func $text)) (export "try" (func $try))))))
  (func $twice (param "x" u32) (result u32) (canon lift (core func $i "twice")))
  (func (export "catch") (result u32) (canon lift (core func $i "catch")))
  (func (export "text") (result string) (canon lift (core func $i "text") (memory (core memory $memory "mem"))))
  (func (export "try") (result (result u32 (error u32)))
    (canon lift (core func $i "try") (memory (core memory $memory "mem"))))
  (func (export "answer") (result u32) (canon lift (core func $i "answer")))
  (export "twice" (func $twice))
  (instance $math (export "twice" (func $twice)))
  (export "test:app/math" (instance $math)))`;

const caller = `(component
  (import "test:app/math" (instance $math (export "twice" (func (param "x" u32) (result u32)))))
  (core func $twice (canon lower (func $math "twice")))
  (core module $m
    (import "" "twice" (func $twice (param i32) (result i32)))
    (func (export "run") (param i32) (result i32) (i32.add (call $twice (local.get 0)) (i32.const 1000)))
    (func (export "catch") (result i32)
      (block (try_table (catch_all 0) (drop (call $twice (i32.const 0))) (return (i32.const 1))))
      (i32.const 2)))
  (core instance $i (instantiate $m (with "" (instance (export "twice" (func $twice))))))
  (func (export "run") (param "x" u32) (result u32) (canon lift (core func $i "run")))
  (func (export "catch") (result u32) (canon lift (core func $i "catch"))))`;

const starting = `(component
  (import "fetch" (func $fetch (param "x" u32) (result u32)))
  (core func $fetch (canon lower (func $fetch)))
  (core module $m
    (import "" "fetch" (func $fetch (param i32) (result i32)))
    (func $start (drop (call $fetch (i32.const 1))))
    (start $start))
  (core instance (instantiate $m (with "" (instance (export "fetch" (func $fetch)))))))`;

const destroyed = `(component
  (import "fetch" (func $fetch (param "x" u32) (result u32)))
  (core func $fetch (canon lower (func $fetch)))
  (component $owner
    (import "fetch" (func $fetch (param "x" u32) (result u32)))
    (core func $fetch (canon lower (func $fetch)))
    (core module $d
      (import "" "fetch" (func $fetch (param i32) (result i32)))
      (global $seen (mut i32) (i32.const 0))
      (func (export "seen") (result i32) (global.get $seen))
      (func (export "dtor") (param i32)
        (global.set $seen (i32.add (call $fetch (local.get 0)) (call $fetch (local.get 0))))))
    (core instance $d (instantiate $d (with "" (instance (export "fetch" (func $fetch))))))
    (alias core export $d "dtor" (core func $dtor))
    (type $r (resource (rep i32) (dtor (core func $dtor))))
    (core func $new (canon resource.new $r))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7))))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
    (export $r' "r" (type $r))
    (func (export "make") (result (own $r')) (canon lift (core func $i "make")))
    (func (export "seen") (result u32) (canon lift (core func $d "seen"))))
  (instance $owner (instantiate $owner (with "fetch" (func $fetch))))
  (alias export $owner "r" (type $r))
  (core func $make (canon lower (func $owner "make")))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "drop") (call $drop (call $make))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "drop" (func $drop))))))
  (func (export "drop") (canon lift (core func $i "drop")))
  (alias export $owner "seen" (func $seen))
  (export "seen" (func $seen)))`;

let runtime: Runtime;
let components: Readonly<Record<"waiter" | "caller" | "starting" | "destroyed", Component>>;

beforeAll(async () => {
  runtime = new Runtime();
  const read = await assemble([waiter, caller, starting, destroyed]);
  const load = (text: string): Promise<Component> => runtime.load(read(text));
  components = {
    waiter: await load(waiter),
    caller: await load(caller),
    starting: await load(starting),
    destroyed: await load(destroyed),
  };
}, 120_000);

type Host = Partial<Record<"fetch" | "text" | "try", HostFunction>>;

const instantiate = (name: keyof typeof components, host: Host = {}): Promise<InstanceHandle> =>
  runtime
    .instance(components[name])
    .linkHost((linker) => {
      for (const each of ["fetch", "text", "try"] as const) linker.func(each, host[each] ?? (() => 0));
    })
    .instantiate();

const linkTo = (provider: InstanceHandle): Promise<InstanceHandle> =>
  runtime.instance(components.caller).linkLocal("test:app/math", provider).instantiate();

const never = (): Promise<number> => new Promise(() => undefined);

/** A host function whose answers are given from outside, in any order. */
function deferred() {
  const asked: PromiseWithResolvers<number>[] = [];
  const fetch = (): Promise<number> => {
    const answer = Promise.withResolvers<number>();
    asked.push(answer);
    return answer.promise;
  };
  return { asked, fetch };
}

/** Until nothing is left that could go on by itself. */
const settled = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0));

describe("promises of host functions", () => {
  test("a call waits for each, and the result is what they answered", async () => {
    const instance = await instantiate("waiter", {
      fetch: async (x: number) => x * 10,
      text: async () => "späť",
      try: async () => 7,
    });
    expect(await instance.call("twice", [3])).toBe(70);
    expect(await instance.call("text")).toBe("späť");
    expect(await instance.call("try")).toBe(7);
    expect(instance.state).toBe("ready");
  });

  test("the error side of a result may come late", async () => {
    const instance = await instantiate("waiter", { try: () => Promise.reject(new ComponentError(9)) });
    expect(await failureOf(instance.call("try"))).toMatchObject({ code: "component", payload: 9 });
    expect(instance.func("answer")()).toBe(42);
  });

  test("through links", async () => {
    const provider = await instantiate("waiter", { fetch: async (x: number) => x });
    expect(await (await linkTo(provider)).call("run", [20])).toBe(1041);
  });

  test("within a destructor", async () => {
    const instance = await instantiate("destroyed", { fetch: async (x: number) => x });
    await instance.call("drop");
    expect(await instance.call("seen")).toBe(14);
  });

  test.each(["a rejection", "a value of another type"])("%s is a trap that no guest can catch", async (what) => {
    const fetch = async () => (what === "a rejection" ? Promise.reject(new Error("no network")) : "text");
    const provider = await instantiate("waiter", { fetch });
    const linked = await linkTo(provider);
    expect(await failureOf(linked.call("catch"))).toBeInstanceOf(TrapError);
    expect([provider.state, linked.state]).toEqual(["trapped", "trapped"]);
    const alone = await instantiate("waiter", { fetch });
    expect(await failureOf(alone.call("catch"))).toBeInstanceOf(TrapError);
    expect(alone.state).toBe("trapped");
  });

  test("a synchronous call and a start function cannot wait", async () => {
    const instance = await instantiate("waiter", { fetch: never });
    expect(() => instance.func("twice")(1)).toThrow("cannot block: 'fetch' has to wait");
    expect(await failureOf(instantiate("starting", { fetch: never }))).toMatchObject({ code: "cannot-block" });
  });

  test("where the engine cannot suspend, an async function is not linked, and a promise is a trap", async () => {
    const suspending = Object.getOwnPropertyDescriptor(WebAssembly, "Suspending") ?? {};
    Reflect.deleteProperty(WebAssembly, "Suspending");
    try {
      const refused = await failureOf(instantiate("waiter", { fetch: async () => 1 }));
      expect(refused).toBeInstanceOf(LinkError);
      expect(refused).toHaveProperty("message", expect.stringContaining("no WebAssembly.Suspending"));
      const instance = await instantiate("waiter", { fetch: () => Promise.resolve(1) });
      expect(await failureOf(instance.call("twice", [1]))).toMatchObject({
        code: "cannot-block",
        message: expect.stringContaining("no WebAssembly.Suspending"),
      });
      const other = await instantiate("waiter");
      expect(await failureOf(other.call("answer", [], { timeoutMs: 5 }))).toMatchObject({
        code: "unsupported",
        feature: "the option 'timeoutMs' of a call in an engine without WebAssembly.Suspending",
      });
      expect(await failureOf(other.call("answer", [], { fuel: 5n }))).toBeInstanceOf(UnsupportedError);
      const options: object = { signal: undefined };
      expect([await other.call("answer", [], options), other.state]).toEqual([42, "ready"]);
    } finally {
      Object.defineProperty(WebAssembly, "Suspending", suspending);
    }
  });
});

describe("turns", () => {
  test("calls into a busy instance come one after the other, also through links", async () => {
    const { asked, fetch } = deferred();
    const provider = await instantiate("waiter", { fetch });
    const linked = await linkTo(provider);
    const order: string[] = [];
    const calls = [
      provider.call("twice", [0]).then(() => order.push("first")),
      linked.call("run", [0]).then(() => order.push("linked")),
      provider.call("twice", [0]).then(() => order.push("third")),
    ];
    for (let answered = 0; answered < 6; answered += 1) {
      await settled();
      expect(asked).toHaveLength(answered + 1);
      asked[answered]?.resolve(1);
    }
    await Promise.all(calls);
    expect(order).toEqual(["first", "linked", "third"]);
  });

  test("a synchronous call does not wait", async () => {
    const { asked, fetch } = deferred();
    const provider = await instantiate("waiter", { fetch });
    const busy = provider.call("twice", [0]);
    expect(() => provider.func("answer")()).toThrow("is busy with another call");
    asked[0]?.resolve(1);
    await settled();
    asked[1]?.resolve(1);
    expect(await busy).toBe(2);
    expect(provider.func("answer")()).toBe(42);
  });

  test("what comes back into its own chain traps with the cycle, whether at once or later", async () => {
    const chains: (readonly string[])[] = [];
    const own: { handle?: InstanceHandle } = {};
    const fetch = async (_: number, context: CallContext): Promise<unknown> => {
      chains.push(context.chain);
      await settled();
      return own.handle?.call("answer", [], { context });
    };
    own.handle = await instantiate("waiter", { fetch });
    expect(await failureOf(own.handle.call("twice", [1]))).toMatchObject({
      code: "cannot-enter",
      message: expect.stringMatching(/its own call comes back: call-\d+ → (instance-\d+@[0-9a-f]{8}) → \1$/),
    });
    expect(chains).toEqual([[expect.stringMatching(/^call-/), expect.stringMatching(/^instance-/)]]);
  });

  test("calls that wait for each other: one ends, and names the circle", async () => {
    const pair: InstanceHandle[] = [];
    const other = (index: number) => async (_: number, context: CallContext) => {
      await settled();
      return pair[index]?.call("answer", [], { context });
    };
    pair.push(await instantiate("waiter", { fetch: other(1) }), await instantiate("waiter", { fetch: other(0) }));
    const ends = await Promise.allSettled(pair.map((handle) => handle.call("twice", [0])));
    const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
    const deadlock = failures.find((error) => Reflect.get(Object(error), "code") === "deadlock");
    expect(deadlock).toMatchObject({ cycle: expect.arrayContaining([expect.stringMatching(/^instance-/)]) });
  });
});

describe("ends", () => {
  test.each(["signal", "timeoutMs", "terminate"] as const)("a host function that never answers, by %s", async (how) => {
    const neighbour = await instantiate("waiter");
    const late = deferred();
    const provider = await instantiate("waiter", { fetch: late.fetch });
    const linked = await linkTo(provider);
    const abort = new AbortController();
    const options = how === "signal" ? { signal: abort.signal } : how === "timeoutMs" ? { timeoutMs: 150 } : {};
    const end = failureOf(linked.call("catch", [], options));
    const next = failureOf(provider.call("answer"));
    if (how === "signal") abort.abort("enough");
    if (how === "terminate") await provider.terminate("enough");
    expect(await end).toMatchObject({
      code: { signal: "cancelled", timeoutMs: "deadline", terminate: "terminated" }[how],
    });
    expect(await next).toMatchObject({ code: "cannot-enter" });
    expect(provider.state).toBe(how === "terminate" ? "terminated" : "trapped");
    expect(linked.state).toBe("trapped");
    late.asked[0]?.resolve(1);
    await settled();
    expect(neighbour.func("answer")()).toBe(42);
  });

  test("a call that waits for its turn is cancelled without harm, and those behind it go on", async () => {
    const { asked, fetch } = deferred();
    const provider = await instantiate("waiter", { fetch });
    const first = provider.call("twice", [0]);
    const abort = new AbortController();
    const second = failureOf(provider.call("answer", [], { signal: abort.signal }));
    const third = provider.call("answer");
    abort.abort();
    expect(await second).toMatchObject({ code: "cancelled" });
    for (const index of [0, 1]) {
      asked[index]?.resolve(1);
      await settled();
    }
    expect([await first, await third, provider.state]).toEqual([2, 42, "ready"]);
  });

  test("the host function is told by its signal, and passes it on", async () => {
    const inner = await instantiate("waiter", { fetch: never });
    const signals: AbortSignal[] = [];
    const outer = await instantiate("waiter", {
      fetch: (_: number, context: CallContext) => {
        signals.push(context.signal);
        return inner.call("twice", [0], { context });
      },
    });
    const abort = new AbortController();
    const end = failureOf(outer.call("twice", [0], { signal: abort.signal }));
    await settled();
    abort.abort();
    expect(await end).toMatchObject({ code: "cancelled" });
    await settled();
    expect([signals[0]?.aborted, inner.state, outer.state]).toEqual([true, "trapped", "trapped"]);
  });

  test("an end while the host function runs is one that no guest can catch", async () => {
    const own: { handle?: InstanceHandle } = {};
    own.handle = await instantiate("waiter", { fetch: () => (void own.handle?.terminate("over"), 1) });
    expect(await failureOf(own.handle.call("catch"))).toMatchObject({ code: "terminated", message: "over" });
    expect(own.handle.state).toBe("terminated");
  });
});
