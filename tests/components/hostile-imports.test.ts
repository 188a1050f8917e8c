/** Functions of the host that return what does not fit, or throw: the guest's call ends, and its neighbour goes on. */
import { expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { ComponentError } from "../../isorun/errors/errors.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { readOwnComponents } from "./assemble.ts";

const names = ["u8", "char", "u64", "string", "bytes", "tuple", "option", "result", "nothing"];
const runtime = new Runtime();
const component = await runtime.load((await readOwnComponents("hostile")).get("imports") ?? new Uint8Array());

/** An instance in which the import of this name does this, and every other is not to be called. */
function instanceWith(name: string, implementation: () => unknown, budget: Budget = {}): Promise<InstanceHandle> {
  return runtime
    .instance(component)
    .budget(budget)
    .linkHost((linker) => {
      for (const each of names) {
        linker.func(each, each === name ? implementation : () => expect.unreachable(`'${each}' was called`));
      }
    })
    .instantiate();
}

const returned: readonly (readonly [name: string, value: unknown])[] = [
  ["u8", 255],
  ["char", "\u{10ffff}"],
  ["u64", 2n ** 64n - 1n],
  ["string", "é\0"],
  ["bytes", new Uint8Array([1, 2])],
  ["tuple", [1, 2]],
  ["option", undefined],
  ["option", 0],
  ["result", 7],
  ["nothing", undefined],
];

test.each(returned)("'%s' may return %p", async (name, value) => {
  const handle = await instanceWith(name, () => value);
  expect(handle.func(`get-${name}`)()).toEqual(value);
});

test("what a function of no result returns is not looked at", async () => {
  const handle = await instanceWith("nothing", () => ({}));
  expect(handle.func("get-nothing")()).toBeUndefined();
});

test("the error side of a result is thrown and caught", async () => {
  const handle = await instanceWith("result", () => {
    throw new ComponentError("no");
  });
  expect(() => handle.func("get-result")()).toThrow(ComponentError);
  expect(handle.state).toBe("ready");
});

const throwing = {
  get 0(): number {
    throw new RangeError("a getter");
  },
  *[Symbol.iterator](): Generator<number> {
    yield 1;
    throw new RangeError("an iterator");
  },
};

const refused: readonly (readonly [name: string, value: unknown])[] = [
  ["u8", 256],
  ["u8", undefined],
  ["u8", Promise.resolve(1)],
  ["char", "\ud800"],
  ["u64", 1],
  ["string", "\ud800"],
  ["string", 1],
  ["bytes", [256]],
  ["bytes", throwing],
  ["bytes", null],
  ["tuple", [1]],
  ["tuple", throwing],
  ["option", null],
  ["result", "7"],
];

test.each(refused)("'%s' may not return %p", async (name, value) => {
  const handle = await instanceWith(name, () => value);
  const neighbour = await instanceWith("u8", () => 1);
  expect(() => handle.func(`get-${name}`)()).toThrow(Error);
  expect(handle.state).toBe("trapped");
  expect(() => handle.func(`get-${name}`)()).toThrow("cannot enter component instance");
  expect(neighbour.func("get-u8")()).toBe(1);
});

test("an endless answer ends with the budget of a message", async () => {
  let reads = 0;
  const endless = {
    *[Symbol.iterator]() {
      for (;;) {
        reads += 1;
        yield 1;
      }
    },
  };
  const handle = await instanceWith("bytes", () => endless, { maxMessageBytes: 1000 });
  expect(() => handle.func("get-bytes")()).toThrow("the budget's 'maxMessageBytes' is exhausted");
  expect(reads).toBe(1001);
  expect(handle.state).toBe("exhausted");
});

test("what is thrown is no exception of the guest: it cannot catch it", async () => {
  const mine = new RangeError("mine");
  const handle = await instanceWith("nothing", () => {
    throw mine;
  });
  expect(() => handle.func("caught")()).toThrow();
  expect(handle.state).toBe("trapped");
});

test("whatever is thrown, it is an error that comes out", async () => {
  for (const thrown of [undefined, null, 1, "text", {}, new Proxy({}, {})]) {
    const handle = await instanceWith("nothing", () => {
      throw thrown;
    });
    expect(() => handle.func("get-nothing")()).toThrow(Error);
    expect(handle.state).toBe("trapped");
  }
});

test("a function of the host cannot call back in, and may go on when it is told so", async () => {
  const told: unknown[] = [];
  const handle = await instanceWith("u8", () => {
    try {
      handle.func("get-u8")();
    } catch (error) {
      told.push(error);
    }
    return 5;
  });
  expect(handle.func("get-u8")()).toBe(5);
  const message = expect.stringMatching(/^cannot enter component instance: .* → (instance-\d+@[0-9a-f]+) → \1$/);
  expect(told).toMatchObject([{ code: "cannot-enter", message }]);
  expect(handle.state).toBe("ready");
  expect(handle.func("get-u8")()).toBe(5);
});

test("a function of the host may call another instance of the same component", async () => {
  const other = await instanceWith("u8", () => 5);
  const handle = await instanceWith("u8", () => other.func("get-u8")());
  expect(handle.func("get-u8")()).toBe(5);
});
