/**
 * What a call that is limited or interrupted sets off in instances that nobody has limited in time: destructors, and
 * clean-up of returned calls.
 */
import { beforeAll, beforeEach, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { TimeAccount } from "../call/time-account.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Its post-return, and the destructor of what it makes, do not come to an end. */
const provider = `(component
  (core module $m (memory (export "mem") 1)
    (func (export "text") (result i32) (i32.store (i32.const 20) (i32.const 3)) (i32.const 16))
    (func (export "spin") (param i32) (loop (br 0))))
  (core instance $i (instantiate $m))
  (type $thing' (resource (rep i32) (dtor (core func $i "spin"))))
  (export $thing "thing" (type $thing'))
  (core func $new (canon resource.new $thing'))
  (core module $make (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 7))))
  (core instance $make (instantiate $make (with "" (instance (export "new" (func $new))))))
  (func (export "make") (result (own $thing)) (canon lift (core func $make "make")))
  (func (export "text") (result string)
    (canon lift (core func $i "text") (memory (core memory $i "mem")) (post-return (core func $i "spin")))))`;

const consumes = (allocator: string): string => `(component
  (import "text" (func $text (result string)))
  (core module $a (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) ${allocator}))
  (core instance $a (instantiate $a))
  (core func $text (canon lower (func $text) (memory (core memory $a "mem")) (realloc (core func $a "realloc"))))
  (core module $m (import "" "text" (func $text (param i32))) (func (export "go") (call $text (i32.const 8))))
  (core instance $i (instantiate $m (with "" (instance (export "text" (func $text))))))
  (func (export "go") (canon lift (core func $i "go"))))`;

const consumer = consumes("unreachable");
const spinningConsumer = consumes("(loop (br 0)) unreachable");

const asker = `(component
  (import "ask" (func $ask))
  (core func $ask (canon lower (func $ask)))
  (core module $m (import "" "ask" (func $ask)) (func (export "go") (call $ask)))
  (core instance $i (instantiate $m (with "" (instance (export "ask" (func $ask))))))
  (func (export "go") (canon lift (core func $i "go"))))`;

const runtime = new Runtime();
let read: (text: string) => Uint8Array;

beforeAll(async () => {
  read = await assemble([provider, consumer, spinningConsumer, asker]);
}, 120_000);

/** Its fuel is counted, and lasts. */
let provides: InstanceHandle;

beforeEach(async () => {
  TimeAccount.isUsed = false;
  const builder = runtime.instance(await runtime.load(read(provider))).budget({ fuel: 10n ** 15n });
  provides = await builder.instantiate();
});

const builderOf = async (text: string, budget: Budget) =>
  runtime.instance(await runtime.load(read(text))).budget(budget);

const limits: readonly [budget: Budget, options: { timeoutMs?: number }, end: object][] = [
  [{ wallMs: 150 }, {}, { field: "wallMs" }],
  [{ fuel: 10n ** 15n }, { timeoutMs: 150 }, { code: "deadline" }],
];

test.each(limits)(
  "a destructor that a host function calls ends with the limit of its caller (%p, %p)",
  async (budget, options, end) => {
    for (const symbol of [Symbol.dispose, Symbol.asyncDispose] as const) {
      const thing = provides.func("make")() as Record<typeof symbol, () => unknown>; // a resource of the guest's
      let dropping: unknown;
      const drop = async () => {
        await thing[symbol]();
      };
      const builder = (await builderOf(asker, budget)).linkHost((linker) => {
        linker.func("ask", () => {
          dropping = failureOf(drop());
        });
      });
      expect(await failureOf((await builder.instantiate()).call("go", [], options))).toMatchObject(end);
      expect(await dropping).toMatchObject(end);
      provides = await (await builderOf(provider, { fuel: 10n ** 15n })).instantiate();
    }
  },
);

test.each(limits)(
  "what cleans up behind a call has a time of its own where its caller's was limited (%p, %p)",
  async (budget, options) => {
    const caller = await (await builderOf(consumer, budget)).linkLocal("text", provides).instantiate();
    expect(await failureOf(caller.call("go", [], options))).toMatchObject({ code: "trap" });
    expect([caller.state, provides.state]).toEqual(["trapped", "trapped"]);
  },
);

/** Answers the third time that it is asked, and then no more. */
function onceImpatient() {
  const answers = [undefined, undefined, new Error("enough")];
  let asked = 0;
  const interrupt = (): Error | undefined => {
    asked += 1;
    return answers[asked - 1];
  };
  return { interrupt, asked: () => asked };
}

test("what cleans up behind a call is interrupted for its caller", async () => {
  const { interrupt, asked } = onceImpatient();
  const builder = (await builderOf(consumer, {})).linkLocal("text", provides).interruptBy(interrupt);
  const caller = await builder.instantiate();
  expect(await failureOf(caller.call("go"))).toMatchObject({ code: "trap" });
  expect([caller.state, provides.state, asked()]).toEqual(["trapped", "trapped", 3]);
});

test("and for whoever made the call of its caller, which is ended with it", async () => {
  const { interrupt, asked } = onceImpatient();
  const caller = await (await builderOf(consumer, {})).linkLocal("text", provides).instantiate();
  const builder = (await builderOf(asker, {})).interruptBy(interrupt);
  const asking = await builder.linkHost((linker) => linker.func("ask", () => caller.call("go"))).instantiate();
  expect(await failureOf(asking.call("go"))).toMatchObject({ code: "cancelled" });
  expect([asking.state, caller.state, provides.state, asked()]).toEqual(["trapped", "trapped", "trapped", 3]);
});

test("what cleans up behind a call that was interrupted has a time of its own", async () => {
  const { interrupt, asked } = onceImpatient();
  const builder = (await builderOf(spinningConsumer, {})).linkLocal("text", provides).interruptBy(interrupt);
  const caller = await builder.instantiate();
  expect(await failureOf(caller.call("go"))).toMatchObject({ code: "cancelled" });
  expect([caller.state, provides.state, asked()]).toEqual(["trapped", "trapped", 3]);
});
