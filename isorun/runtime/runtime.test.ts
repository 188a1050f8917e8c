/** The public interface, from loading to the end of an instance: hosts, other instances, errors, traps. */
import { beforeAll, describe, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { ComponentError, DecodeError, LinkError, TrapError, ValidationError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import { Runtime } from "./runtime.ts";

const provider = `(component
  (core module $m
    (memory (export "mem") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3))))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16))
    (func (export "divide") (param i32 i32) (result i32)
      (i32.store (i32.const 32) (i32.eqz (local.get 1)))
      (if (local.get 1) (then (i32.store (i32.const 36) (i32.div_u (local.get 0) (local.get 1)))))
      (i32.const 32))
    (func (export "fail") unreachable))
  (core instance $i (instantiate $m))
  (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (func $echo (param "text" string) (result string)
    (canon lift (core func $i "echo") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (func $divide (param "a" u32) (param "b" u32) (result (result u32))
    (canon lift (core func $i "divide") (memory (core memory $i "mem"))))
  (func $fail (canon lift (core func $i "fail")))
  (instance $math
    (export "add" (func $add)) (export "echo" (func $echo)) (export "divide" (func $divide)) (export "fail" (func $fail)))
  (export "test:app/math@0.1.0" (instance $math)))`;

const consumer = `(component
  (import "test:app/math@0.1.0" (instance $math
    (export "add" (func (param "a" u32) (param "b" u32) (result u32)))
    (export "fail" (func))))
  (import "log" (func $log (param "x" u32)))
  (core func $add (canon lower (func $math "add")))
  (core func $fail (canon lower (func $math "fail")))
  (core func $log' (canon lower (func $log)))
  (core module $m
    (import "m" "add" (func $add (param i32 i32) (result i32)))
    (import "m" "fail" (func $fail))
    (import "m" "log" (func $log (param i32)))
    (func (export "run") (param i32) (result i32)
      (call $log (local.get 0))
      (call $add (local.get 0) (i32.const 1)))
    (func (export "catch") (result i32)
      (block
        (try_table (catch_all 0) (call $log (i32.const 0)) (return (i32.const 1))))
      (i32.const 2))
    (func (export "fail") (call $fail)))
  (core instance $i (instantiate $m (with "m" (instance
    (export "add" (func $add)) (export "fail" (func $fail)) (export "log" (func $log'))))))
  (func (export "run") (param "x" u32) (result u32) (canon lift (core func $i "run")))
  (func (export "catch") (result u32) (canon lift (core func $i "catch")))
  (func (export "fail") (canon lift (core func $i "fail"))))`;

const math = "test:app/math@0.1.0";
const runtime = new Runtime();
let appProvider: Component;
let appConsumer: Component;

beforeAll(async () => {
  const read = await assemble([provider, consumer]);
  appProvider = await runtime.load(read(provider));
  appConsumer = await runtime.load(read(consumer));
}, 120_000);

const instantiate = (log: (x: number) => void, linked?: Awaited<ReturnType<typeof provide>>) => {
  const builder = runtime.instance(appConsumer).linkHost((linker) => linker.func("log", log));
  return (linked === undefined ? builder : builder.linkLocal(math, linked)).instantiate();
};

const provide = () => runtime.instance(appProvider).instantiate();

describe("loading", () => {
  test("says what a component imports and exports, as WIT", () => {
    expect(appConsumer.toWit()).toMatchInlineSnapshot(`
      "package root:component;

      world root {
        import test:app/math@0.1.0;
        import log: func(x: u32);
        export run: func(x: u32) -> u32;
        export catch: func() -> u32;
        export fail: func();
      }

      package test:app@0.1.0 {
        interface math {
          add: func(a: u32, b: u32) -> u32;
          fail: func();
        }
      }
      "
    `);
    expect([...appProvider.exports.keys()]).toEqual([math]);
    expect(appProvider.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(appProvider.cost.coreModules).toBe(1);
  });

  test("a server that refuses, and what is no source at all, are said to be that", async () => {
    const refuse = () => new Response("<!doctype html>", { status: 404 });
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: refuse });
    const url = new URL("/app.wasm?key=secret", server.url);
    expect(await failureOf(runtime.load(url))).toMatchObject({
      code: "http-status",
      message: `cannot load '${server.url.origin}/app.wasm': the server answered 404`,
    });
    await server.stop(true);
    const gone = new Uint8Array(8);
    gone.buffer.transfer();
    for (const source of [undefined, new ArrayBuffer(8), 5, gone]) {
      // What a program in JavaScript could give.
      const failure = await failureOf(runtime.load(source as unknown as string));
      expect(failure).toBeInstanceOf(TypeError);
      expect(failure).toHaveProperty("code", "invalid-argument");
    }
  });

  test("a core module, a text, and a component with a broken core module are told apart", async () => {
    const core = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    expect(await failureOf(runtime.load(core))).toHaveProperty(
      "message",
      expect.stringContaining("this is a core module, not a component"),
    );
    expect(await failureOf(runtime.load(new TextEncoder().encode("(component)")))).toBeInstanceOf(DecodeError);
    // One function of type () -> i32 whose body is empty.
    const body = [1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 10, 4, 1, 2, 0, 0x0b];
    const module = [...core, ...body];
    const component = new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, module.length, ...module]);
    const refusal = await failureOf(runtime.load(component));
    expect(refusal).toBeInstanceOf(ValidationError);
    expect(refusal).toMatchObject({ offset: 10, message: expect.stringContaining("a core module is not valid") });
  });
});

describe("calls", () => {
  test("nobody replaces an export", async () => {
    const instance = await runtime.instance(appProvider).instantiate();
    const inner = instance.exports[math] as Record<string, unknown>;
    for (const [object, name] of [
      [instance.exports, math],
      [inner, "add"],
      [inner, "more"],
    ] as const) {
      expect(Reflect.set(object, name, () => undefined)).toBe(false);
      expect(Reflect.deleteProperty(object, Object.keys(object)[0] ?? "")).toBe(false);
    }
    expect(instance.exports).toBe(instance.exports);
  });

  test("by name, by func and by exports", async () => {
    const instance = await provide();
    expect(await instance.call(`${math}#add`, [1, 2])).toBe(3);
    expect(instance.func(`${math}#echo`)("grüße 👋")).toBe("grüße 👋");
    const exported = instance.exports[math] as Record<string, (...args: unknown[]) => Promise<unknown>>;
    expect(await exported["divide"]?.(7, 2)).toBe(3);
    expect(() => instance.func("nothing")).toThrow(/^the instance exports no function 'nothing'$/);
    expect(await failureOf(instance.call("nothing"))).toMatchObject({ code: "invalid-argument" });
    expect(() => instance.func("add")).toThrow(`exports no function 'add'; '${math}' has one: call '${math}#add'`);
    expect(await failureOf(instance.call(`${math}#add`, [1]))).toHaveProperty(
      "message",
      `'${math}#add': expected 2 arguments, found 1`,
    );
    expect(await failureOf(instance.call(`${math}#echo`))).toHaveProperty(
      "message",
      `'${math}#echo': expected 1 argument, found 0`,
    );
  });

  test("the `err` side of a result is thrown, and the instance goes on", async () => {
    const instance = await provide();
    expect(await failureOf(instance.call(`${math}#divide`, [7, 0]))).toBeInstanceOf(ComponentError);
    expect(await instance.call(`${math}#divide`, [7, 7])).toBe(1);
  });

  test("a bad argument is the caller's problem", async () => {
    const instance = await provide();
    for (const args of [[-1, 0], [1.5, 0], [2 ** 32, 0], ["1", 0], [1n, 0], [1], [1, 2, 3]]) {
      expect(await failureOf(instance.call(`${math}#add`, args))).toBeInstanceOf(TypeError);
    }
    expect(await failureOf(instance.call(`${math}#echo`, ["\ud800"]))).toHaveProperty(
      "message",
      expect.stringContaining("unpaired surrogate"),
    );
    expect(instance.state).toBe("ready");
    expect(await instance.call(`${math}#add`, [2 ** 32 - 1, 1])).toBe(0);
  });

  test("a trap ends the instance, and no other", async () => {
    const [instance, neighbour] = [await provide(), await provide()];
    const trap = await failureOf(instance.call(`${math}#fail`));
    expect(trap).toBeInstanceOf(TrapError);
    expect(instance.state).toBe("trapped");
    expect(await failureOf(instance.call(`${math}#add`, [1, 2]))).toMatchObject({ code: "cannot-enter" });
    expect(await neighbour.call(`${math}#add`, [1, 2])).toBe(3);
  });
});

describe("linking", () => {
  test("test_local_linking: app_consumer calls app_provider's math functions", async () => {
    const logged: number[] = [];
    const instance = await instantiate((x) => logged.push(x), await provide());
    expect(await instance.call("run", [41])).toBe(42);
    expect(logged).toEqual([41]);
  });

  test("a host function is given a context behind its arguments, whatever length it says it has", async () => {
    const given: number[] = [];
    const functions = [
      (_x: number, _context: unknown) => undefined,
      (_x: number) => undefined,
      (..._all: readonly unknown[]) => undefined,
      (_x = 0, _context: unknown = {}) => undefined,
    ];
    for (const declared of functions) {
      const length = { value: declared.length };
      const log = (...all: readonly unknown[]) => void given.push(all.length);
      const builder = runtime.instance(appConsumer).linkLocal(math, await provide());
      const define = Object.defineProperty(log, "length", length) as () => void; // the same function
      await (await builder.linkHost((linker) => linker.func("log", define)).instantiate()).call("run", [1]);
    }
    expect(given).toEqual([2, 2, 2, 2]);
  });

  test("all that is missing is told at once, with types", async () => {
    const refusal = await failureOf(runtime.instance(appConsumer).instantiate());
    expect(refusal).toBeInstanceOf(LinkError);
    expect(refusal).toMatchObject({
      problems: [
        { import: math, func: "add", message: expect.stringContaining("func(a: u32, b: u32) -> u32") },
        { import: math, func: "fail", message: expect.stringContaining("func()") },
        { import: "log", message: expect.stringContaining("func(x: u32)") },
      ],
    });
  });

  test("an instance that exports nothing of the name cannot be linked for it", async () => {
    const instance = await provide();
    expect(() => runtime.instance(appConsumer).linkLocal("log", instance)).toThrow(LinkError);
  });

  test("an instance of another runtime cannot be linked, and is told what to do instead", async () => {
    const foreign = await new Runtime().instance(appProvider).instantiate();
    const link = () => runtime.instance(appConsumer).linkLocal(math, foreign);
    expect(link).toThrow(LinkError);
    expect(link).toThrow(/is of another Runtime; make both by one Runtime, or .* linkHost/);
    const { add } = foreign.exports[math] as { add: (a: number, b: number) => Promise<number> }; // by its type
    const builder = runtime.instance(appConsumer).linkHost((linker) => {
      linker.func("log", () => undefined);
      linker.instance(math, (given) => given.func("add", add).func("fail", () => undefined));
    });
    expect(await (await builder.instantiate()).call("run", [41])).toBe(42);
  });

  test("unknown imports trap where somebody wants that", async () => {
    const instance = await runtime.instance(appConsumer).unknownImportsTrap().instantiate();
    expect(await failureOf(instance.call("run", [1]))).toHaveProperty(
      "message",
      expect.stringContaining("the import 'log' was called, which nobody gave"),
    );
  });

  test("a trap of what was linked ends both", async () => {
    const linked = await provide();
    const instance = await instantiate(() => undefined, linked);
    expect(await failureOf(instance.call("fail"))).toBeInstanceOf(TrapError);
    expect(await failureOf(linked.call(`${math}#add`, [1, 2]))).toMatchObject({ code: "cannot-enter" });
  });

  test("a guest cannot catch what a host function throws", async () => {
    const cause = new Error("no log today");
    const instance = await instantiate(
      () => {
        throw cause;
      },
      await provide(),
    );
    const trap = await failureOf(instance.call("catch"));
    expect(trap).toBeInstanceOf(TrapError);
    expect(trap).toMatchObject({ message: "a function of the host failed: no log today", cause });
    expect(instance.state).toBe("trapped");
  });
});

test("test_instance_registry", async () => {
  const own = new Runtime();
  const [one, other] = [await own.instance(appProvider).instantiate(), await own.instance(appProvider).instantiate()];
  own.registerInstance("math", one);
  own.registerInstance("math", one);
  expect(own.registered("math")).toBe(one);
  expect(runtime.registered("math")).toBeUndefined();
  expect(() => own.registerInstance("math", other)).toThrow("another instance is registered as 'math'");
  expect([own.unregisterInstance("math"), own.unregisterInstance("math")]).toEqual([true, false]);
  own.registerInstance("math", other);
  await other.terminate();
  expect(own.registered("math")).toBeUndefined();
  expect(await failureOf(other.call(`${math}#add`, [1, 2]))).toMatchObject({ code: "cannot-enter" });
  await own.close();
  expect(one.state).toBe("terminated");
});
