/** Guests that take long to compile, to start, or much of the machine's memory, beside a neighbour that goes on answering. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted, TrapError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const given = `(component
  (import "given" (core module $m (export "run" (func (result i32)))))
  (core instance $i (instantiate $m))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

const swelling = `(component
  (core module $m
    (memory 1)
    (func (export "answer") (result i32) (i32.const 42))
    (func (export "swell") (local i32)
      (loop
        (local.set 0 (memory.grow (i32.const 16)))
        (memory.fill (i32.mul (local.get 0) (i32.const 65536)) (i32.const 1) (i32.const 1048576))
        (br 0))))
  (core instance $i (instantiate $m))
  (func (export "answer") (result u32) (canon lift (core func $i "answer")))
  (func (export "swell") (canon lift (core func $i "swell"))))`;

const starting = `(component
  (core module $m (memory 16) (func $spin (memory.fill (i32.const 0) (i32.const 1) (i32.const 1048576)) (loop (br 0))) (start $spin))
  (core instance (instantiate $m)))`;

const runtime = new Runtime();
let components: readonly [given: Component, swelling: Component, starting: Component];
let neighbour: InstanceHandle;

beforeAll(async () => {
  const read = await assemble([given, swelling, starting]);
  components = [
    await runtime.load(read(given)),
    await runtime.load(read(swelling)),
    await runtime.load(read(starting)),
  ];
  neighbour = await runtime
    .instance(components[1])
    .budget({ fuel: 1n << 40n })
    .instantiate();
}, 120_000);

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** A core module of one function, `run`, with this code in front of its end. */
function moduleOf(code: Uint8Array): Uint8Array {
  const size = unsigned(code.length + 2);
  const section = unsigned(1 + size.length + code.length + 2);
  const head = [
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 0,
  ];
  return Uint8Array.from([...head, 10, ...section, 1, ...size, 0, ...code, 0x0b]);
}

const instructions = 400_000;

/** 1 + 1 + 1 …, without a branch. */
function straightLine(): Uint8Array {
  const code = new Uint8Array(2 + (instructions / 2) * 3);
  code.set([0x41, 0]);
  for (let at = 2; at < code.length; at += 3) code.set([0x41, 1, 0x6a], at);
  return code;
}

/** Blocks in blocks. */
function nestedBlocks(depth: number): Uint8Array {
  const code = new Uint8Array(depth * 3 + 2);
  for (let at = 0; at < depth; at += 1) code.set([0x02, 0x40], at * 2);
  code.fill(0x0b, depth * 2, depth * 3);
  code.set([0x41, 7], depth * 3);
  return code;
}

const withModule = (code: Uint8Array, budget: Budget): Promise<InstanceHandle> =>
  runtime
    .instance(components[0])
    .budget(budget)
    .linkHost((linker) => linker.module("given", moduleOf(code)))
    .instantiate();

test("a huge function without a branch is compiled, pays for each instruction, and ends where its fuel does", async () => {
  const code = straightLine();
  const instance = await withModule(code, { fuel: 1_000_000n });
  expect(await instance.call("run")).toBe(instructions / 2);
  expect(Number(instance.usage().fuel)).toBeGreaterThanOrEqual(instructions);
  expect(Number(instance.usage().fuel)).toBeLessThan(instructions + 10);
  const poor = await withModule(code, { fuel: BigInt(instructions / 2) });
  expect(await failureOf(poor.call("run"))).toMatchObject({ field: "fuel", limit: BigInt(instructions / 2) });
  expect([poor.state, await neighbour.call("answer")]).toEqual(["exhausted", 42]);
}, 30_000);

test("blocks that stand deep in each other take no native stack of ours", async () => {
  const instance = await withModule(nestedBlocks(50_000), { fuel: 1_000_000n, maxCallDepth: 10 });
  expect(await instance.call("run")).toBe(7);
  expect(await neighbour.call("answer")).toBe(42);
}, 30_000);

test.each<readonly [Budget, string]>([
  [{ fuel: 200_000n }, "fuel"],
  [{ wallMs: 150 }, "wallMs"],
  [{ cpuMs: 20 }, "cpuMs"],
])("a start that does not end, with %p", async (budget, field) => {
  const end = await failureOf(runtime.instance(components[2]).budget(budget).instantiate());
  expect(end).toBeInstanceOf(BudgetExhausted);
  expect(end).toMatchObject({ field });
  expect([neighbour.state, await neighbour.call("answer")]).toEqual(["ready", 42]);
});

test("the memory of guests that swelled, and of starts that failed, is the system's again", async () => {
  const limit = 16 << 20;
  const rounds = 16;
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  for (let round = 0; round < rounds; round += 1) {
    const instance = await runtime.instance(components[1]).budget({ maxMemoryBytes: limit }).instantiate();
    const end = await failureOf(instance.call("swell"));
    expect(end).toMatchObject({ field: "maxMemoryBytes", limit });
    await failureOf(runtime.instance(components[2]).budget({ fuel: 100_000n }).instantiate());
    // Of one that trapped as well: nobody has terminated it.
    expect(instance.state).toBe("exhausted");
    if (round % 4 !== 3) continue;
    await new Promise((resolve) => void setTimeout(resolve, 0));
    Bun.gc(true);
  }
  expect(await neighbour.call("answer")).toBe(42);
  const kept = process.memoryUsage.rss() - before;
  // All of it would be 256 MiB; what the collector has not come to yet is some rounds'.
  expect(kept).toBeLessThan((limit * rounds * 5) / 8);
}, 60_000);

test("a host function that never returns is aborted, and the neighbour answers meanwhile and afterwards", async () => {
  const read = await assemble([waiting]);
  const component = await runtime.load(read(waiting));
  const never = (): Promise<void> => new Promise(() => undefined);
  const instance = await runtime
    .instance(component)
    .linkHost((linker) => linker.func("wait", never))
    .instantiate();
  const abort = new AbortController();
  const end = failureOf(instance.call("wait", [], { signal: abort.signal }));
  expect(await neighbour.call("answer")).toBe(42);
  abort.abort(new Error("too long"));
  expect(await end).toBeInstanceOf(TrapError);
  expect(await end).toMatchObject({ code: "cancelled", cause: { message: "too long" } });
  expect([instance.state, await neighbour.call("answer")]).toEqual(["trapped", 42]);
});

const waiting = `(component
  (import "wait" (func $wait))
  (core func $wait (canon lower (func $wait)))
  (core module $m (import "" "wait" (func $wait)) (func (export "wait") (block (try_table (catch_all 0) (call $wait)))))
  (core instance $i (instantiate $m (with "" (instance (export "wait" (func $wait))))))
  (func (export "wait") (canon lift (core func $i "wait"))))`;
