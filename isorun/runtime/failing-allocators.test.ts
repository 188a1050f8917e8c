/**
 * An allocator that throws, runs out of stack or of fuel while arguments are lowered ends its instance, whoever called it.
 */
import { expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Takes a string, behind which nothing else is done; `caught` calls it from another component, and catches all. */
const taking = (allocate: string): string =>
  `(component
  (component $callee
    (core module $m
      (tag $e)
      (memory (export "mem") 1)
      (func $realloc (export "realloc") (param i32 i32 i32 i32) (result i32) ${allocate})
      (func (export "take") (param i32 i32 i32)))
    (core instance $i (instantiate $m))
    (func (export "take") (param "a" string) (param "b" u32)
      (canon lift (core func $i "take") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))
  (instance $callee (instantiate $callee))
  (export "callee" (instance $callee))
  (core module $memory (memory (export "mem") 1))
  (core instance $memory (instantiate $memory))
  (alias export $callee "take" (func $take))
  (core func $take (canon lower (func $take) (memory (core memory $memory "mem"))))
  (core module $main
    (import "" "take" (func $take (param i32 i32 i32)))
    (func (export "caught") (result i32)
      (block $all (try_table (catch_all $all)
        (call $take (i32.const 0) (i32.const 5) (i32.const 0))) (return (i32.const 0))) (i32.const 1)))
  (core instance $main (instantiate $main (with "" (instance (export "take" (func $take))))))
  (func (export "caught") (result u32) (canon lift (core func $main "caught")))
)`;

const allocators = {
  throwing: "(throw $e)",
  deep: "(i32.add (call $realloc (local.get 0) (local.get 1) (local.get 2) (local.get 3)) (i32.const 1))",
  endless: "(loop $l (br $l)) unreachable",
  outside: "(i32.const -8)",
} as const;

const read = await assemble(Object.values(allocators).map(taking));

async function instanceWith(allocator: keyof typeof allocators, budget: Budget = {}): Promise<InstanceHandle> {
  const runtime = new Runtime();
  return runtime
    .instance(await runtime.load(read(taking(allocators[allocator]))))
    .budget(budget)
    .instantiate();
}

const failures = [
  ["throwing", {}, { code: "trap", message: "an exception of core code was not caught" }, "trapped"],
  ["outside", {}, { code: "trap" }, "trapped"],
  ["deep", {}, { code: "budget-exhausted", field: "maxCallDepth" }, "exhausted"],
  ["endless", { fuel: 100_000n }, { code: "budget-exhausted", field: "fuel" }, "exhausted"],
] as const;

test.each(failures)("an allocator that is %s, called by the host", async (allocator, budget, error, state) => {
  for (const call of [
    (instance: InstanceHandle) => instance.call("callee#take", ["abcde", 1]),
    async (instance: InstanceHandle) => instance.func("callee#take")("abcde", 1),
  ]) {
    const instance = await instanceWith(allocator, budget);
    expect(await call(instance).catch((thrown: unknown) => thrown)).toMatchObject(error);
    expect(instance.state).toBe(state);
  }
});

test.each(failures)("an allocator that is %s, called by an adapter", async (allocator, budget, error, state) => {
  const instance = await instanceWith(allocator, budget);
  expect(await instance.call("caught").catch((thrown: unknown) => thrown)).toMatchObject({ code: error.code });
  expect(instance.state).toBe(state);
});
