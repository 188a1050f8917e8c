/** Options of a call that are none: said at the call, which did not come to the guest. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { CallOptions } from "./call-options.ts";
import { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (core module $m (func (export "one") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func (export "one") (result u32) (canon lift (core func $i "one"))))`;

let instance: InstanceHandle;
beforeAll(async () => {
  const runtime = new Runtime();
  const component = await runtime.load((await assemble([text]))(text));
  instance = await runtime.instance(component).budget({ fuel: 1_000_000n }).instantiate();
});

const refused: readonly (readonly [options: unknown, words: string])[] = [
  [{ timeoutMs: -1 }, "'timeoutMs' of a call must be a number that is not negative, found -1"],
  [{ timeoutMs: Number.NaN }, "'timeoutMs' of a call must be a number that is not negative, found NaN"],
  [{ timeoutMs: "5" }, "'timeoutMs' of a call must be a number that is not negative, found '5'"],
  [{ timeoutMs: 5n }, "'timeoutMs' of a call must be a number that is not negative, found 5n"],
  [{ timeoutMs: null }, "'timeoutMs' of a call must be a number that is not negative, found null"],
  [{ fuel: -1n }, "'fuel' of a call must be a bigint that is not negative, found -1n"],
  [{ fuel: 5 }, "'fuel' of a call must be a bigint that is not negative, found 5"],
  [{ signal: {} }, "'signal' of a call must be an AbortSignal, found an object"],
  [{ signal: new AbortController() }, "'signal' of a call must be an AbortSignal, found an object"],
  [{ context: {} }, "'context' of a call must be a CallContext, found an object"],
  [{ signal: { aborted: false, addEventListener: 5 } }, "'signal' of a call must be an AbortSignal, found an object"],
  [{ context: { chain: [], signal: {} } }, "'context' of a call must be a CallContext, found an object"],
  [{ context: { chain: [], signal: null } }, "'context' of a call must be a CallContext, found an object"],
  [{ timeout: 5 }, "a call has no option 'timeout'"],
  [new (class extends Map {})(), "the options of a call must be an object, found one of another kind"],
  [[], "the options of a call must be an object, found an array"],
  [new AbortController().signal, "the options of a call must be an object: give this one as 'signal' in it"],
  [
    { chain: [], signal: new AbortController().signal },
    "the options of a call must be an object: give this one as 'context' in it",
  ],
  [
    new (class {
      get timeout(): number {
        return 5;
      }

      get fuel(): bigint {
        return 5n;
      }
    })(),
    "a call has no option 'timeout'",
  ],
  [null, "the options of a call must be an object"],
  [5, "the options of a call must be an object"],
];

test.each(refused)("%p", async (options, message) => {
  const before = instance.usage().calls;
  const failure = await instance.call("one", [], options as CallOptions).catch((error: unknown) => error); // whatever it is
  expect(failure).toBeInstanceOf(TypeError);
  expect(failure).toMatchObject({ code: "invalid-argument", message });
  expect(instance.usage().calls).toBe(before);
  expect(await instance.call("one", [], { timeoutMs: 10_000 })).toBe(1);
});

const getting = {
  get fuel(): bigint {
    return 0n;
  },
};

class Limited {
  get fuel(): bigint {
    return 0n;
  }
}

test.each<[string, CallOptions]>([
  ["getters", getting],
  ["getters of a class", new Limited()],
  ["inherited options", Object.create({ fuel: 0n })],
])("%s are options as properties are", async (_, options) => {
  expect(await failureOf(instance.call("one", [], options))).toMatchObject({ code: "budget-exhausted", field: "fuel" });
  expect(await failureOf(instance.call("one", [undefined], options))).toMatchObject({ code: "budget-exhausted" });
});

test("each option is read once", async () => {
  let reads = 0;
  const options = {
    get timeoutMs(): number {
      reads += 1;
      return reads === 1 ? 10_000 : Number.NaN;
    },
  };
  expect(await instance.call("one", [], options)).toBe(1);
  expect(reads).toBe(1);
});

test("what limits nothing", async () => {
  const none: object = { timeoutMs: Infinity, fuel: undefined, signal: undefined };
  expect(await instance.call("one", [], none)).toBe(1);
});

test("a signal that cannot be listened to fails its call, which is forgotten", async () => {
  const scheduler = InstanceHandle.statesOf(instance).scheduler;
  const failing = (name: "addEventListener" | "removeEventListener"): AbortSignal => {
    const { signal } = new AbortController();
    const fail = (): never => {
      throw new Error(`no ${name}`);
    };
    return Object.defineProperty(signal, name, { value: fail });
  };
  for (const name of ["addEventListener", "removeEventListener"] as const) {
    const failure = await failureOf(instance.call("one", [], { signal: failing(name) }));
    expect(failure).toMatchObject({ message: `no ${name}` });
    // Numbers of calls are given out in order: the one before it has ended.
    expect(scheduler.tasks.suspendable(scheduler.tasks.next() - 2)).toBeUndefined();
  }
  expect(await instance.call("one", [], { timeoutMs: 10_000 })).toBe(1);
});
