/** Calls that keep their books in words alone, and those that have to give that up: all by the same rules. */
import { beforeAll, describe, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { BudgetExhausted, TrapError } from "../errors/errors.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (import "ask" (func $ask (param "x" u32) (result u32)))
  (core func $ask' (canon lower (func $ask)))
  (core module $m
    (import "" "ask" (func $ask (param i32) (result i32)))
    (memory (export "mem") 0)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (drop (memory.grow (i32.const 1)))
      (i32.const 64))
    (func (export "twice") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "through") (param i32) (result i32) (call $ask (local.get 0)))
    (func $endless (export "endless") (param i32) (result i32) (i32.add (call $endless (local.get 0)) (i32.const 1)))
    (func (export "fail") unreachable)
    (func (export "echo") (param i32 i32) (result i32)
      (drop (memory.grow (i32.const 1)))
      (i32.store (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16)))
  (core instance $i (instantiate $m (with "" (instance (export "ask" (func $ask'))))))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "twice")))
  (func (export "through") (param "x" u32) (result u32) (canon lift (core func $i "through")))
  (func (export "endless") (param "x" u32) (result u32) (canon lift (core func $i "endless")))
  (func (export "fail") (canon lift (core func $i "fail")))
  (func (export "echo") (param "text" string) (result string)
    (canon lift (core func $i "echo") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))`;

/** Bytes as data segments write them. */
const malformed = ["\\ff", "a\\c3", "\\ed\\a0\\80", "\\c0\\80abcdef"].map(
  (bytes) => `(component
    (core module $m (memory (export "mem") 1) (data (i32.const 8) "${bytes}")
      (func (export "f") (result i32)
        (i32.store (i32.const 0) (i32.const 8))
        (i32.store (i32.const 4) (i32.const ${bytes.replaceAll(/\\[0-9a-f]{2}/g, ".").length}))
        (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "f") (result string) (canon lift (core func $i "f") (memory (core memory $i "mem")))))`,
);

const runtime = new Runtime();
let read: (text: string) => Uint8Array;
let component: Component;

beforeAll(async () => {
  read = await assemble([text, ...malformed]);
  component = await runtime.load(read(text));
}, 120_000);

const instance = (ask: (...given: never[]) => unknown): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .linkHost((linker) => linker.func("ask", ask))
    .instantiate();

const same = (x: number): number => x;

describe("a call of scalars", () => {
  test("is counted, also from inside another call", async () => {
    const inner = await instance(same);
    const outer = await instance((x: number) => inner.func("add")(x, 1));
    expect(outer.func("add")(2, 3)).toBe(5);
    expect(outer.func("through")(4)).toBe(5);
    expect([outer.usage().calls, inner.usage().calls]).toEqual([2, 1]);
  });

  test("refuses arguments without harm to the instance", async () => {
    const handle = await instance(same);
    const add = handle.func("add");
    expect(() => add(1)).toThrow(new TypeError("'add': expected 2 arguments, found 1"));
    expect(() => add(1, -1)).toThrow(TypeError);
    expect(add(1, 2)).toBe(3);
    expect(handle.state).toBe("ready");
  });

  test("that traps ends the instance, which then says so first of all", async () => {
    const handle = await instance(same);
    const [add, fail] = [handle.func("add"), handle.func("fail")];
    expect((thrownBy(fail) as TrapError).message).toMatch(/unreachable/i);
    expect(handle.state).toBe("trapped");
    for (const given of [[1, 2], [1], [1, -1]]) {
      expect((thrownBy(() => add(...given)) as TrapError).code).toBe("cannot-enter");
    }
  });

  test("that comes back into its own instance is refused, and that ends it", async () => {
    const own: { handle?: InstanceHandle; refusal?: unknown } = {};
    own.handle = await instance((x: number) => {
      own.refusal = thrownBy(() => own.handle?.func("add")(x, 1));
      throw own.refusal;
    });
    expect(thrownBy(() => own.handle?.func("through")(1))).toBe(own.refusal);
    expect((own.refusal as TrapError).message).toContain("its own call comes back");
    expect(own.handle.state).toBe("trapped");
  });

  test("whose host function swallows that refusal goes on", async () => {
    const own: { handle?: InstanceHandle } = {};
    own.handle = await instance((x: number) => {
      thrownBy(() => own.handle?.func("add")(x, 1));
      return x;
    });
    expect(own.handle.func("through")(7)).toBe(7);
    expect(own.handle.func("add")(1, 1)).toBe(2);
  });

  test("without end meets the native stack, which ends the instance and no other", async () => {
    const [handle, neighbour] = [await instance(same), await instance(same)];
    const error = thrownBy(() => handle.func("endless")(0)) as BudgetExhausted;
    expect([error.code, error.field]).toEqual(["budget-exhausted", "maxCallDepth"]);
    expect(handle.state).toBe("exhausted");
    expect(neighbour.func("add")(1, 1)).toBe(2);
  });

  test("that fails inside a host function leaves the outer call its reason", async () => {
    const inner = await instance(same);
    const outer = await instance(() => inner.func("fail")());
    expect((thrownBy(() => outer.func("through")(1)) as TrapError).message).toMatch(/unreachable/i);
    expect([outer.state, inner.state]).toEqual(["trapped", "trapped"]);
  });

  test("whose host function ends the instance does not come back", async () => {
    const own: { handle?: InstanceHandle } = {};
    own.handle = await instance((x: number) => {
      void own.handle?.terminate("enough");
      return x;
    });
    expect((thrownBy(() => own.handle?.func("through")(1)) as TrapError).code).toBe("terminated");
    expect(own.handle.state).toBe("terminated");
  });
});

test("a context belongs to one call", async () => {
  const chains: (readonly string[])[] = [];
  const handle = await instance((x: number, context: { readonly chain: readonly string[] }) => {
    chains.push(context.chain);
    return x;
  });
  const through = handle.func("through");
  through(1);
  handle.func("add")(1, 1);
  through(1);
  expect(chains[0]).not.toEqual(chains[1]);
});

test("a memory that grows from nothing while strings pass is seen anew", async () => {
  const echo = (await instance(same)).func("echo");
  for (const word of ["", "a", "abc", "sixteen letters!", "ä", "größer", "x".repeat(32), "é".repeat(40)]) {
    expect(echo(word)).toBe(word);
  }
});

test("what is not UTF-8 traps, however short it is", async () => {
  for (const source of malformed) {
    const handle = await runtime.instance(await runtime.load(read(source))).instantiate();
    expect((thrownBy(() => handle.func("f")()) as TrapError).message).toContain("utf-8");
  }
});
