/** Functions of a host that answer with promises: what can be waited for is, and the rest is refused; nobody's process ends. */
import { afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { runInNewContext } from "node:vm";
import { assemble } from "../../tests/components/assemble.ts";
import { policyOf } from "../../tests/components/wasi/instantiate.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import type { Linker } from "./linker.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (import "one" (func $one (result u32)))
  (import "test:two/two" (instance $two (export "two" (func (result u32)))))
  (core func $one (canon lower (func $one)))
  (core func $two (canon lower (func $two "two")))
  (core module $m
    (import "" "one" (func $one (result i32)))
    (import "" "two" (func $two (result i32)))
    (func (export "sum") (result i32) (i32.add (call $one) (call $two)))
    (func (export "spin") (loop (br 0))))
  (core instance $i (instantiate $m (with "" (instance (export "one" (func $one)) (export "two" (func $two))))))
  (func (export "sum") (result u32) (canon lift (core func $i "sum")))
  (func (export "spin") (canon lift (core func $i "spin"))))`;

let builder: () => Promise<InstanceBuilder>;
const unhandled: unknown[] = [];
const listen = (reason: unknown): void => void unhandled.push(reason);
const turn = () => new Promise((resolve) => setImmediate(resolve));

beforeAll(async () => {
  const bytes = (await assemble([text]))(text);
  builder = async () => {
    const runtime = new Runtime();
    return runtime.instance(await runtime.load(bytes));
  };
}, 120_000);
beforeEach(() => void process.on("unhandledRejection", listen));
afterEach(async () => {
  await turn();
  process.off("unhandledRejection", listen);
  expect(unhandled.splice(0)).toEqual([]);
});

const failing = async (): Promise<never> => {
  throw new Error("no network");
};
const one = (linker: Linker): void => void linker.func("one", () => 1);
const two = (linker: Linker): void => void linker.instance("test:two/two", (inner) => void inner.func("two", () => 2));

test("what defines imports may be async, and goes before what was linked earlier", async () => {
  const linked = (await builder())
    .linkHost(async (linker) => {
      await turn();
      one(linker);
      two(linker);
    })
    .linkHost((linker) => linker.func("one", () => 10));
  const instance = await linked.instantiate();
  expect(await instance.call("sum")).toBe(12);
});

test("what it is rejected with, instantiating is rejected with", async () => {
  expect(await failureOf((await builder()).linkHost(failing).instantiate())).toMatchObject({ message: "no network" });
});

test("a system component may be installed asynchronously", async () => {
  const install = async (linker: Linker): Promise<void> => {
    await turn();
    one(linker);
    two(linker);
  };
  const instance = await (await builder()).linkSystem({ name: "Both", install }).instantiate();
  expect(await instance.call("sum")).toBe(3);
  const failed = (await builder()).linkSystem({ name: "Both", install: failing });
  expect(await failureOf(failed.instantiate())).toMatchObject({ message: "no network" });
});

test("what is linked while an instance waits is the next one's", async () => {
  const linked = (await builder()).linkHost(async (linker) => {
    await turn();
    one(linker);
    two(linker);
  });
  const making = linked.instantiate();
  linked.linkHost((linker) => linker.func("one", () => 10));
  expect(await (await making).call("sum")).toBe(3);
  expect(await (await linked.instantiate()).call("sum")).toBe(12);
});

test("what must be there at once is refused as a promise", async () => {
  const ways: readonly [InstanceBuilder, string][] = [
    [
      (await builder()).linkHost((linker) => linker.instance("test:two/two", failing)),
      "what defines 'test:two/two' answered with a promise, for which nothing waits: 'linkHost' may be async",
    ],
    [
      (await builder()).linkHost((linker) => linker.fallback(failing as () => never)), // what a program without types gives
      "the fallback for 'one' answered with a promise, for which linking does not wait",
    ],
    [
      (await builder()).policy(policyOf({})).linkSystem({ name: "Both", configure: failing, install: two }),
      "'configure' of 'Both' answered with a promise, for which nothing waits: 'install' may be async",
    ],
  ];
  for (const [linked, message] of ways) {
    expect(await failureOf(linked.instantiate())).toMatchObject({ code: "invalid-argument", message });
  }
});

test("who interrupts cannot be async: the instance ends, and it is said why", async () => {
  const linked = (await builder()).linkHost(one).linkHost(two);
  linked.interruptBy(failing as () => never); // what a program without types gives
  const instance = await linked.instantiate();
  expect(await failureOf(instance.call("spin"))).toMatchObject({
    code: "cancelled",
    cause: {
      code: "invalid-argument",
      message: "'interruptBy' was given a function that answers with a promise, for which nothing can wait",
    },
  });
});

/** As those of another realm: no Promise of this one, and it fails where nobody has taken it. */
class Answer {
  // oxlint-disable-next-line unicorn/no-thenable -- what is tested
  then(taken?: (value: unknown) => unknown, refused?: (error: unknown) => unknown): Promise<unknown> {
    return failing().then(taken, refused);
  }
}

test.each([failing, () => new Answer(), () => runInNewContext("Promise.reject(new Error('no network'))")])(
  "an answer that a call cannot wait for is refused, and its failure is nobody's (%#)",
  async (answer) => {
    const linked = (await builder()).linkHost(two).linkHost((linker) => linker.func("one", answer as () => unknown));
    const instance = await linked.instantiate();
    expect(thrownBy(() => instance.func("sum")())).toMatchObject({ code: "cannot-block" });
  },
);
