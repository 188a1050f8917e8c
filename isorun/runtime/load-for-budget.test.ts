/** Loading for a budget: the same component, compiled once, and refused with the same words. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import { Component } from "./component.ts";
import { Runtime } from "./runtime.ts";

const twice = `(component
  (core module $m
    (memory (export "memory") 1)
    (func (export "sum") (param $n i32) (result i32) (local $sum i32)
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (local.get $n)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum)))
  (core instance $i (instantiate $m))
  (func (export "sum") (param "n" u32) (result u32) (canon lift (core func $i "sum"))))`;

/** One function of the body, and of type () → i32. */
function withBody(...body: number[]): Uint8Array {
  const contents = [1, body.length + 1, ...body, 0x0b];
  const code = [10, contents.length, ...contents];
  const module = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, ...code];
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, module.length, ...module]);
}

let bytes: Uint8Array;

beforeAll(async () => {
  bytes = (await assemble([twice]))(twice);
}, 120_000);

const compiledSides = (component: Component) => {
  const { modules, metered } = Component.partsOf(component);
  return { plain: modules.size, metered: [...metered.keys()] };
};

test("modules are compiled as the instances need them, and others when there is one that does", async () => {
  const runtime = new Runtime();
  const component = await runtime.load(bytes, { budget: { fuel: 1000n } });
  expect(compiledSides(component)).toEqual({ plain: 0, metered: [expect.stringContaining('"fuel":true')] });
  const counted = await runtime.instance(component).budget({ fuel: 500n }).instantiate();
  expect(await counted.call("sum", [10])).toBe(55);
  expect(counted.usage().fuel).toBeGreaterThan(10n);
  const free = await runtime.instance(component).instantiate();
  expect([await free.call("sum", [10]), free.usage().fuel]).toEqual([55, 0n]);
  const again = await runtime
    .instance(await runtime.load(bytes))
    .budget({ fuel: 500n })
    .instantiate();
  await again.call("sum", [10]);
  expect(again.usage()).toEqual(counted.usage());
  expect(compiledSides(component).plain).toBe(1);
  await runtime.close();
});

test("the same bytes are the same component of a Runtime, compiled for each budget that it was loaded for", async () => {
  const runtime = new Runtime();
  const component = await runtime.load(bytes, { budget: { fuel: 1000n } });
  const { metered, modules } = Component.partsOf(component);
  expect(await runtime.load(bytes.slice(), { budget: { fuel: 5n } })).toBe(component);
  expect([metered.size, modules.size]).toEqual([1, 0]);
  expect(await runtime.load(bytes.slice())).toBe(component);
  expect([metered.size, modules.size]).toEqual([1, 1]);
  expect(await runtime.load(bytes.slice(), { budget: { maxCallDepth: 9 } })).toBe(component);
  const [core] = modules.keys();
  expect([...metered.values()].map((each) => core !== undefined && each.has(core))).toEqual([true, true]);
  const instance = await runtime.instance(component).budget({ fuel: 500n }).instantiate();
  expect(await instance.call("sum", [10])).toBe(55);
  const other = new Runtime();
  expect(await other.load(bytes)).not.toBe(component);
  await Promise.all([runtime, other].map((each) => each.close()));
});

test("many who load it at once for another budget have it compiled once", async () => {
  const runtime = new Runtime();
  const component = await runtime.load(bytes);
  const { compile } = WebAssembly;
  let compiled = 0;
  WebAssembly.compile = (...given) => {
    compiled += 1;
    return compile(...given);
  };
  try {
    const loading = Array.from({ length: 8 }, () => runtime.load(bytes, { budget: { fuel: 1n } }));
    expect(new Set(await Promise.all(loading))).toEqual(new Set([component]));
  } finally {
    WebAssembly.compile = compile;
  }
  expect(compiled).toBe(1);
  await runtime.close();
});

test("who is interrupted while it compiles for a budget keeps nobody else from it", async () => {
  const runtime = new Runtime();
  const long = longModule();
  const component = await runtime.load(long);
  const reason = new Error("enough");
  let left = 2;
  const interruptBy = (): Error | undefined => {
    left -= 1;
    return left <= 0 ? reason : undefined;
  };
  const budget = { fuel: 1n };
  const interrupted = runtime.load(long, { budget, interruptBy }).catch((error: unknown) => error);
  const other = runtime.load(long, { budget });
  expect([await interrupted, await other]).toEqual([reason, component]);
  expect(Component.partsOf(component).metered.size).toBe(1);
  await runtime.close();
});

test("what is refused for one budget is loaded for another, and again for the first", async () => {
  const runtime = new Runtime();
  const full = withBody(1, 0xd0, 0x86, 0x03, 0x7f, 0x10, 0); // 50,000 locals, and a call
  const component = await runtime.load(full);
  for (const budget of [{ maxCallDepth: 10 }, { fuel: 10n }, { maxCallDepth: 10 }]) {
    expect(await runtime.load(full, { budget })).toBe(component);
  }
  await runtime.instance(component).budget({ fuel: 10n }).instantiate();
  await runtime.close();
});

test.each([
  ["a type that the engine refuses", [0, 0x42, 0]],
  ["a type that the engine refuses, in a loop", [0, 0x03, 0x7f, 0x42, 0, 0x0b]],
  ["a label that the pass refuses", [0, 0x0c, 9]],
  ["a body that ends too early for the pass", [0, 0x02, 0x40, 0x41, 0]],
])("%s: the words are those of loading without a budget", async (_, body) => {
  const component = withBody(...body);
  const refusalOf = (budget: object): Promise<unknown> =>
    new Runtime().load(component, { budget }).catch((error: unknown) => error);
  const [plain, metered] = [await refusalOf({}), await refusalOf({ fuel: 1n })];
  expect(plain).toBeInstanceOf(ValidationError);
  expect(metered).toEqual(plain);
});

test("a budget that is none is refused before anything is read", async () => {
  const load = new Runtime().load(new Uint8Array(), { budget: { fuel: -1n } });
  expect(await load.catch((error: unknown) => error)).toBeInstanceOf(TypeError);
});

test.each([{}, { fuel: 1000n }])(
  "a memory with addresses of 64 bits is not supported, with the budget %p",
  async (budget) => {
    const large = `(component (core module (memory i64 1)))`;
    const loading = new Runtime().load((await assemble([large]))(large), { budget });
    const failure: unknown = await loading.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnsupportedError);
    expect(failure).toMatchObject({ feature: "a memory with addresses of 64 bits" });
  },
);

test("a module that a budget makes larger than engines take is not supported with it, and loads", async () => {
  const full = withBody(1, 0xd0, 0x86, 0x03, 0x7f, 0x10, 0); // 50,000 locals, and a call
  const what = "a budget for a core module whose function 0 would have 50001 locals (engines take 50000)";
  for (const budget of [{}, { maxCallDepth: 10 }]) {
    const runtime = new Runtime();
    const component = await runtime.load(full, { budget });
    await runtime.instance(component).budget({ fuel: 10n }).instantiate();
    const refused = runtime.instance(component).budget({ maxCallDepth: 10 }).instantiate();
    expect(await refused.catch((error: unknown) => error)).toEqual(new UnsupportedError(what));
  }
});

/** As many functions as a clock needs to see that time passes. */
function longModule(): Uint8Array {
  const count = 30_000;
  const number = [(count & 0x7f) | 0x80, ((count >> 7) & 0x7f) | 0x80, count >> 14];
  const functions = [...number, ...new Uint8Array(count)];
  const body = [102, 0, ...new Uint8Array(100).fill(0x01), 0x0b];
  const code = [...number, ...Array.from({ length: count }, () => body).flat()];
  const sized = (id: number, contents: readonly number[]): number[] => {
    const { length } = contents;
    const size = [length | 0x80, (length >> 7) | 0x80, (length >> 14) | 0x80, length >> 21];
    return [id, ...size.map((byte, at) => (at < 3 ? (byte & 0x7f) | 0x80 : byte)), ...contents];
  };
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0];
  const module = head.concat(sized(3, functions), sized(10, code));
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0].concat(sized(1, module)));
}

test("who may interrupt it is asked while it is rewritten, and ends it", async () => {
  const long = longModule();
  const reason = new Error("enough");
  for (const last of [1, 2]) {
    let left = last;
    const interruptBy = (): Error | undefined => {
      left -= 1;
      return left <= 0 ? reason : undefined;
    };
    const loading = new Runtime().load(long, { isInterruptible: true, interruptBy });
    expect(await loading.catch((error: unknown) => error)).toBe(reason);
  }
  const interruptBy = (async () => reason) as unknown as () => Error; // what its type does not have
  expect(await new Runtime().load(long, { interruptBy }).catch((error: unknown) => error)).toMatchObject({
    name: "TypeError",
    code: "invalid-argument",
  });
});
