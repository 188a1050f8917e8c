/** Who is given the context of a call: every function of the host that can see it, however it declares its parameters. */
import { expect, mock, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { seesMoreThan } from "./declared-params.ts";
import type { HostFunction } from "./linker.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (import "f" (func $f (param "x" u32) (result u32)))
  (core func $f (canon lower (func $f)))
  (core module $m (import "" "f" (func $f (param i32) (result i32)))
    (func (export "run") (result i32) (call $f (i32.const 7))))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;

type See = (...args: readonly unknown[]) => number;

/** The chain that the context shows, as the implementation passes its arguments to `see`. */
async function chainSeen(make: (see: See) => HostFunction): Promise<unknown> {
  let seen: unknown;
  const see: See = (x, context) => {
    expect(x).toBe(7);
    // It is known while the call runs.
    seen = (context as CallContext | undefined)?.chain; // as it is documented
    return 1;
  };
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load((await assemble([text]))(text)));
  const instance = await builder.linkHost((linker) => linker.func("f", make(see))).instantiate();
  expect(instance.func("run")()).toBe(1);
  return seen;
}

const seeing: readonly (readonly [what: string, make: (see: See) => HostFunction])[] = [
  ["a parameter for it", (see) => (x: number, context: CallContext) => see(x, context)],
  [
    "rest parameters",
    (see) =>
      (...args: readonly unknown[]) =>
        see(...args),
  ],
  ["a default", (see) => (x: number, context?: CallContext) => see(x, context)],
  [
    "a default for the argument",
    (see) =>
      (x = 1, context: unknown = null) =>
        see(x, context),
  ],
  [
    "nothing but `arguments`",
    (see) =>
      // oxlint-disable-next-line func-style
      function (this: unknown, _x: number) {
        // oxlint-disable-next-line prefer-rest-params
        return see(...(arguments as unknown as readonly unknown[])); // array-like, and iterable
      },
  ],
  [
    "arguments that were bound",
    (see) => ((_first: string, ...args: readonly unknown[]) => see(...args)).bind(undefined, "a"),
  ],
  ["a proxy around it", (see) => new Proxy((x: number) => x, { apply: (_, __, args: unknown[]) => see(...args) })],
  ["a mock around it", (see) => mock(see)],
];

test.each(seeing)("a function with %s is given it", async (_, make) => {
  expect(await chainSeen(make)).toEqual([expect.stringMatching(/^call-/), expect.stringMatching(/^instance-/)]);
});

const doubles: readonly (readonly [what: string, make: (context: CallContext) => CallContext])[] = [
  ["a proxy", (context) => new Proxy(context, {})],
  ["an heir", (context) => Object.create(context)],
];

test.each([...doubles])("%s of a context is none", async (_, make) => {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load((await assemble([text]))(text)));
  const inner = await builder.linkHost((linker) => linker.func("f", () => 1)).instantiate();
  const failures: unknown[] = [];
  const calling = async (_x: number, context: CallContext): Promise<number> => {
    failures.push(await failureOf(inner.call("run", [], { context: make(context) })));
    failures.push(await failureOf(inner.call("run", [make(context)])));
    return 2;
  };
  const outer = await builder.linkHost((linker) => linker.func("f", calling)).instantiate();
  expect(await outer.call("run")).toBe(2);
  expect(failures).toMatchObject([
    { code: "invalid-argument", message: "'context' of a call must be a CallContext, found an object" },
    { code: "invalid-argument", message: "'run': expected 0 arguments, found 1" },
  ]);
});

test("what cannot see it costs nothing", () => {
  const method = {
    f(a: number, b: number) {
      return a + b;
    },
  }; // prettier-ignore
  const plain: readonly HostFunction[] = [
    () => 1,
    (a: number) => a,
    (a: number, b: number) => a + b,
    async (a: number, b: number) => a + b,
    // oxlint-disable-next-line typescript/unbound-method -- it has no use for `this`
    method.f,
  ];
  expect(plain.map((each) => seesMoreThan(each, 2))).toEqual(plain.map(() => false));
});

test("what is not certain counts as seeing it", () => {
  const unclear: readonly HostFunction[] = [
    ({ a }: { a: number }, b: number) => a + b,
    (a: number, b = 1) => a + b,
    (a: number, [b]: number[]) => a + (b ?? 0),
    Math.max,
    Math.abs,
    // oxlint-disable-next-line no-extra-bind -- what is tested
    ((a: number) => a).bind(undefined),
    (a: number, b: number, c: number) => a + b + c,
    class {
      m = 1;
    } as unknown as HostFunction, // which fails when it is called, as it always did
  ];
  expect(unclear.map((each) => seesMoreThan(each, 2))).toEqual(unclear.map(() => true));
});

test("an export may be given as a function, or called with all arguments: the chain goes on", async () => {
  const runtime = new Runtime();
  const component = await runtime.load((await assemble([text]))(text));
  const chains: number[] = [];
  const make = (run: HostFunction) =>
    runtime
      .instance(component)
      .linkHost((linker) => linker.func("f", run))
      .instantiate();
  const first = await make((x: number, context: CallContext) => chains.push(context.chain.length) && x);
  const given = `(component
    (core module $m (func (export "f") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "x" u32) (result u32) (canon lift (core func $i "f"))))`;
  const inner = await runtime.instance(await runtime.load((await assemble([given]))(given))).instantiate();
  expect(await first.call("run")).toBe(7);
  for (const run of [inner.func("f"), inner.exports["f"], (...all: unknown[]) => inner.call("f", all)]) {
    const outer = await make(run as HostFunction); // as it is declared
    expect(await outer.call("run")).toBe(7);
  }
  const chained = await make((_x: number, context: CallContext) => first.call("run", [context]));
  expect(await chained.call("run")).toBe(7);
  expect(chains).toEqual([2, 3]);
});

test("a call takes a context of anybody behind its last argument, or none", async () => {
  const chains: (readonly string[])[] = [];
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load((await assemble([text]))(text)));
  const inner = await builder
    .linkHost((linker) =>
      linker.func("f", (_x: number, context: CallContext) => {
        chains.push(context.chain);
        return 2;
      }),
    )
    .instantiate();
  const own = { signal: new AbortController().signal, chain: ["of a program"] };
  const { run } = inner.exports as { run: (context?: CallContext) => Promise<number> }; // as its type says
  expect([await run(), await run(undefined), await run(own)]).toEqual([2, 2, 2]);
  expect(chains.map((chain) => chain.includes("of a program"))).toEqual([false, false, true]);
  expect(await inner.call("run", [{}]).catch((error: unknown) => error)).toMatchObject({
    message: "'run': expected 0 arguments, found 1",
  });
});
