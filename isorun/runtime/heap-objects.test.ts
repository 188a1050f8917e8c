/** What the engine's collector keeps is no part of any account: where memory is limited, it is refused. */
import { beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { BudgetExhausted, UnsupportedError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { Runtime } from "./runtime.ts";

const component = (core: string): string => `(component
  (core module $m ${core})
  (core instance $i (instantiate $m))
  (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))`;

const repeated = (body: string): string => `(func (export "run") (param i32) (result i32)
  (loop $again ${body} (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
  (i32.const 42))`;

const caught = (tag: string, place: string, rest = ""): string =>
  component(
    `${tag} ${place} ${repeated(`(block $caught (result exnref) (try_table (catch_all_ref $caught) ${rest} (throw $t)) (unreachable)) drop`)}`,
  );

const texts = {
  arrays: component(`(type $a (array (mut i64))) (global $k (mut (ref null $a)) (ref.null $a))
    ${repeated("(global.set $k (array.new_default $a (i32.const 1000)))")}`),
  constants: component(
    `(type $a (array i8)) (global (ref $a) (array.new_default $a (i32.const 1000))) ${repeated("")}`,
  ),
  chain: caught("(tag $t (param exnref))", "", "(ref.null exn)"),
  payload: caught(`(tag $t (param ${"i64 ".repeat(17)}))`, "", "(i64.const 0)".repeat(17)),
  table: caught("(tag $t)", "(table 10 exnref)"),
  global: caught("(tag $t)", "(global (mut (ref null exn)) (ref.null exn))"),
  passing: caught(`(tag $t (param i32 ${"i64 ".repeat(15)}))`, "", `(i32.const 1) ${"(i64.const 0)".repeat(15)}`),
};

type Name = keyof typeof texts;

let read: (text: string) => Uint8Array;
beforeAll(async () => {
  read = await assemble(Object.values(texts));
}, 120_000);

async function answerOf(name: Name, budget: Budget, runtime = new Runtime()): Promise<unknown> {
  const instance = await runtime
    .instance(await runtime.load(read(texts[name])))
    .budget(budget)
    .instantiate();
  return instance.call("run", [10]);
}

const refused: readonly (readonly [Name, string])[] = [
  ["arrays", "structures or arrays"],
  ["constants", "structures or arrays"],
  ["chain", "exceptions that hold exceptions, or more than 16 values"],
  ["payload", "exceptions that hold exceptions, or more than 16 values"],
  ["table", "tables or globals that hold exceptions"],
  ["global", "tables or globals that hold exceptions"],
];

test.each(refused)(
  "a module with %s is refused where memory is limited, and runs where it is not",
  async (name, what) => {
    const failure = await failureOf(answerOf(name, { maxMemoryBytes: 1 << 20, fuel: 1_000_000n }));
    expect(failure).toBeInstanceOf(UnsupportedError);
    const why = "(the engine's garbage collector keeps them, and nobody can count them)";
    const message = `'maxMemoryBytes' for a core module with ${what} ${why} is not supported`;
    expect(failure).toHaveProperty("message", message);
    expect(await answerOf(name, { fuel: 1_000_000n, maxTableElements: 100 })).toBe(42);
  },
);

test("what constants make is paid for before there is an instance", async () => {
  const failure = await failureOf(answerOf("constants", { fuel: 999n }));
  expect(failure).toEqual(new BudgetExhausted({ field: "fuel", limit: 999n, used: 1000n }));
});

test("an exception that passes through is none of the engine's memory", async () => {
  expect(await answerOf("passing", { maxMemoryBytes: 1 << 20 })).toBe(42);
});

test("a module from the store is refused as the first time", async () => {
  const store = mkdtempSync(join(tmpdir(), "isorun-heap-"));
  try {
    for (const runtime of [new Runtime({ store }), new Runtime({ store })]) {
      expect(await failureOf(answerOf("arrays", { maxMemoryBytes: 1 << 20 }, runtime))).toBeInstanceOf(
        UnsupportedError,
      );
      await runtime.close();
    }
  } finally {
    rmSync(store, { recursive: true });
  }
});
