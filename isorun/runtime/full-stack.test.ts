/** A host that calls where its native stack is nearly full: afterwards an instance works, or has ended, and never neither. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (core module $d (func (export "dtor") (param i32)))
  (core instance $d (instantiate $d))
  (type $r' (resource (rep i32) (dtor (core func $d "dtor"))))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r'))
  (core module $m (import "" "new" (func $new (param i32) (result i32)))
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "make") (result i32) (call $new (i32.const 7)))
    (func (export "take") (param i32 i32) (result i32) (local.get 1))
    (func (export "one") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
  (func (export "make") (result (own $r)) (canon lift (core func $i "make")))
  (func (export "list") (param "x" (list string)) (result u32)
    (canon lift (core func $i "take") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (func (export "one") (result u32) (canon lift (core func $i "one"))))`;

const runtime = new Runtime();
let component: Component;

beforeAll(async () => {
  component = await runtime.load((await assemble([text]))(text));
}, 120_000);

type Func = (...args: unknown[]) => unknown;

/** Something is left to do behind each call: otherwise engines may take its frame away. */
function at(depth: number, run: () => void): number {
  if (depth > 0) return 1 + at(depth - 1, run);
  run();
  return 0;
}

/** @returns whether there was room for all of it */
function fits(depth: number, run: () => void): boolean {
  try {
    at(depth, run);
    return true;
  } catch {
    return false;
  }
}

/** The deepest at which there is room for a call that does nothing. */
function deepest(): number {
  let [fitting, full] = [0, 1 << 20];
  while (full - fitting > 1) {
    const middle = (fitting + full) >> 1;
    if (fits(middle, () => undefined)) fitting = middle;
    else full = middle;
  }
  return fitting;
}

interface Warm {
  readonly instance: InstanceHandle;
  readonly one: Func;
  readonly run: () => unknown;
}

/** What is made at a first call is made before. */
const kinds: Readonly<Record<string, (warm: InstanceHandle) => (() => unknown) | Promise<() => unknown>>> = {
  "of scalars": (instance) => instance.func("one"),
  "with a list of strings": (instance) => {
    const list = instance.func("list");
    list(["a"]);
    return () => list(["ab", "cd"]);
  },
  "in turn": (instance) => () => instance.call("one", [], { timeoutMs: 10_000 }),
  "of a destructor": (instance) => {
    const made = instance.func("make")() as Disposable; // resources are
    return () => made[Symbol.dispose]();
  },
  "of a destructor in turn": async (instance) => {
    await (instance.func("make")() as AsyncDisposable)[Symbol.asyncDispose](); // resources are
    const made = instance.func("make")() as AsyncDisposable; // resources are
    return () => made[Symbol.asyncDispose]();
  },
};

async function warm(make: (typeof kinds)[string]): Promise<Warm> {
  const instance = await runtime.instance(component).instantiate();
  const one = instance.func("one");
  one();
  return { instance, one, run: await make(instance) };
}

test.each(Object.entries(kinds))(
  "a call %s",
  async (_, make) => {
    for (const above of depths) {
      const { instance, one, run } = await warm(make);
      const answers: Promise<unknown>[] = [];
      // Frames become smaller as code is compiled: how many there are is measured each time.
      fits(deepest() - above, () => void answers.push(Promise.resolve(run())));
      await Promise.allSettled(answers);
      const outcome = instance.state === "ready" ? one() : instance.state;
      expect([1, "exhausted"]).toContain(outcome as number | string); // as it is declared
      await instance.terminate();
    }
  },
  30_000,
);

/** In frames of `at`: one after the other where the stack is full, then up to where it is not. */
const depths = [
  ...Array.from({ length: 30 }, (_, index) => index),
  ...Array.from({ length: 20 }, (_, index) => 50 + index * 50),
];
