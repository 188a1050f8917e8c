/** Values have an end where no budget says one: a guest can name one block of its memory as often as it likes. */
import { expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import { InstanceStates } from "../instantiate/instance-states.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** A list of as many lists as it is told, which are all the same block of 64 KiB. */
const text = `(component
  (core module $m (memory (export "mem") 2)
    (func (export "run") (param $count i32) (result i32) (local $at i32)
      (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (local.get $count))
      (loop
        (i32.store (i32.add (i32.const 8) (i32.mul (local.get $at) (i32.const 8))) (i32.const 65536))
        (i32.store (i32.add (i32.const 12) (i32.mul (local.get $at) (i32.const 8))) (i32.const 65536))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if 0 (i32.lt_u (local.get $at) (local.get $count))))
      (i32.const 0)))
  (core instance $i (instantiate $m))
  (func (export "run") (param "count" u32) (result (list (list u8)))
    (canon lift (core func $i "run") (memory (core memory $i "mem")))))`;

const runtime = new Runtime();

async function instanceWith(budget: Budget): Promise<InstanceHandle> {
  return runtime
    .instance(await runtime.load((await assemble([text]))(text)))
    .budget(budget)
    .instantiate();
}

/** Of one in the list, without its own bytes: where it lies, its place in the array, and the typed array. */
const listBytes = 8 + 16 + 512;

test("four times the memory that it may have", async () => {
  const instance = await instanceWith({ maxMemoryBytes: 131_072 });
  expect(instance.func("run")(7)).toHaveLength(7);
  const end = await instance.call("run", [8]).catch((error: unknown) => error);
  expect(end).toBeInstanceOf(BudgetExhausted);
  expect(end).toMatchObject({ field: "maxMessageBytes", limit: 524_288, used: 524_288 + 8 * listBytes });
  expect(instance.state).toBe("exhausted");
});

test("512 MiB where nothing is limited", () => {
  const root = new InstanceStates().makeRoot("root", {});
  expect([root.messageBytesMax, root.linkedBytesMax]).toEqual([2 ** 29, Number.POSITIVE_INFINITY]);
});

test("what is given counts, be it less or more", async () => {
  const less = await instanceWith({ maxMemoryBytes: 131_072, maxMessageBytes: 100_000 });
  expect(() => less.func("run")(2)).toThrow(BudgetExhausted);
  const more = await instanceWith({ maxMemoryBytes: 131_072, maxMessageBytes: 10_000_000 });
  expect(more.func("run")(100)).toHaveLength(100);
});
