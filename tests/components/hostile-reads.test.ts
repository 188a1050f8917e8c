/**
 * Values that act while they are read: endless, changing, calling back in, detached, shared, subclassed. Each ends in a
 * typed error or in a right value, and what the guest is given is what was checked.
 */
import { beforeEach, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { BudgetExhausted } from "../../isorun/errors/errors.ts";
import { thrownBy } from "../../isorun/errors/testing/failure-of.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { readOwnComponents } from "./assemble.ts";

const components = await readOwnComponents("hostile");
const runtime = new Runtime();
const component = await runtime.load(components.get("exports") ?? new Uint8Array());
let handle: InstanceHandle;

const makeInstance = (budget: Budget = {}): Promise<InstanceHandle> =>
  runtime.instance(component).budget(budget).instantiate();

beforeEach(async () => {
  handle = await makeInstance();
});

const give = (name: string, ...values: readonly unknown[]): unknown => handle.func(name)(...values);

function expectHealthy(): void {
  expect(handle.state).toBe("ready");
  expect(give("string", "healthy")).toBe("healthy");
  expect(give("bytes", [1, 2])).toEqual(new Uint8Array([1, 2]));
}

const endless = (item: unknown, read: { count: number }) => ({
  *[Symbol.iterator]() {
    for (;;) {
      read.count += 1;
      yield item;
    }
  },
});

test.each([
  ["bytes", 7, 1],
  ["longs", 7n, 8],
  ["strings", "text", 8],
  ["points", { x: 1, yZ: 2 }, 2],
  ["map", ["a", 1], 12],
])("an endless iterable of '%s' ends with the budget of a message", async (name, item, bytes) => {
  handle = await makeInstance({ maxMessageBytes: 1200 });
  const read = { count: 0 };
  const end = thrownBy(() => give(name, endless(item, read)));
  expect(end).toBeInstanceOf(BudgetExhausted);
  expect(end).toMatchObject({ field: "maxMessageBytes", limit: 1200 });
  expect(read.count).toBe(Math.floor(1200 / bytes) + 1);
  expect(handle.state).toBe("exhausted");
});

test("a huge text is not encoded before its budget is looked at", async () => {
  handle = await makeInstance({ maxMessageBytes: 1000 });
  expect(thrownBy(() => give("string", "é".repeat(100_000_000)))).toMatchObject({ field: "maxMessageBytes" });
});

test("an iterator is closed where reading ends early, and may fail then", () => {
  let closed = 0;
  const iterable = (isFailing: boolean) => ({
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: 1 }),
      return: () => {
        closed += 1;
        if (isFailing) throw new RangeError("mine");
        return {};
      },
    }),
  });
  expect(thrownBy(() => give("tuple", iterable(false)))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => give("tuple", iterable(true)))).toEqual(new RangeError("mine"));
  expect(closed).toBe(2);
  expectHealthy();
});

test.each([
  ["no iterator", { [Symbol.iterator]: () => 5 }],
  ["no answers of an iterator", { [Symbol.iterator]: () => ({ next: () => 5 }) }],
  ["no next", { [Symbol.iterator]: () => ({}) }],
  ["a revoked proxy", revoked()],
])("what gives %s", (_, iterable) => {
  for (const name of ["bytes", "points", "tuple", "map"]) {
    expect(thrownBy(() => give(name, iterable))).toBeInstanceOf(TypeError);
  }
  expectHealthy();
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

test("subclasses of typed arrays are what the engine says they are", () => {
  let species = 0;
  class Lying extends Uint8Array {
    static get [Symbol.species](): Uint8ArrayConstructor {
      species += 1;
      throw new Error("asked for a species");
    }
    override get length(): number {
      return 1_000_000_000;
    }
    override get byteLength(): number {
      return -1;
    }
    override get byteOffset(): number {
      return 4096;
    }
    override get buffer(): ArrayBuffer {
      return new ArrayBuffer(0);
    }
    override [Symbol.iterator](): ArrayIterator<number> {
      throw new Error("iterated");
    }
  }
  expect(give("bytes", new Lying([1, 2, 3]))).toEqual(new Uint8Array([1, 2, 3]));
  expect(species).toBe(0);
  expectHealthy();
});

test("buffers that were detached, resized or are shared", () => {
  const resizable = new ArrayBuffer(8, { maxByteLength: 16 });
  const tracking = new Uint8Array(resizable);
  const fixed = new Uint8Array(resizable, 4, 4);
  resizable.resize(2);
  expect(give("bytes", tracking)).toEqual(new Uint8Array(2));
  // It is out of bounds: engines say that it has no bytes, which nobody meant.
  expect(nameOrCount(() => give("count-bytes", fixed))).toBe("TypeError");
  resizable.resize(16);
  expect(give("count-bytes", tracking)).toBe(16);
  const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(5);
  expect(give("bytes", shared)).toEqual(new Uint8Array([5, 5, 5]));
  const detached = new Uint8Array(4);
  detached.buffer.transfer();
  expect(nameOrCount(() => give("count-bytes", detached))).toBe("TypeError");
  expectHealthy();
});

function nameOrCount(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

test("an array that is emptied, or a buffer that is detached, while others are read", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const points = [
    { x: 1, yZ: 2 },
    {
      get x() {
        points.length = 0;
        bytes.buffer.transfer();
        return 3;
      },
      yZ: 4,
    },
    { x: 5, yZ: 6 },
  ];
  expect(give("points", points)).toEqual([
    { x: 1, yZ: 2 },
    { x: 3, yZ: 4 },
    { x: 5, yZ: 6 },
  ]);
  expect(points).toEqual([]);
  expectHealthy();
});

test("what calls back in while it is read is refused, and the call around it goes on", async () => {
  const refusals: unknown[] = [];
  const later: Promise<unknown>[] = [];
  const back = {
    *[Symbol.iterator]() {
      refusals.push(thrownBy(() => give("u8", 1)));
      later.push(handle.call("u8", [5]));
      yield 1;
      refusals.push(thrownBy(() => give("bytes", [1])));
      yield 2;
    },
  };
  expect(give("bytes", back)).toEqual(new Uint8Array([1, 2]));
  expect(refusals).toMatchObject([{ name: "TrapError" }, { name: "TrapError" }]);
  expect(await Promise.all(later)).toEqual([5]);
  expectHealthy();
});

test("what ends its own instance while it is read", async () => {
  const ending = {
    x: 1,
    get yZ() {
      void handle.terminate();
      return 2;
    },
  };
  const neighbour = await makeInstance();
  expect(thrownBy(() => give("points", [ending]))).toMatchObject({ code: "terminated" });
  expect(handle.state).toBe("terminated");
  expect(thrownBy(() => give("u8", 1))).toMatchObject({ code: "cannot-enter" });
  expect(neighbour.func("u8")(1)).toBe(1);
  handle = await makeInstance();
  expect(await handle.call("points", [[ending]]).catch((error: unknown) => error)).toMatchObject({
    code: "terminated",
  });
});

test("nothing is asked for a text or a number of itself", () => {
  const asked: string[] = [];
  const asking = new Proxy(
    {},
    {
      get: (_, key) => {
        asked.push(String(key));
        return undefined;
      },
    },
  );
  for (const name of ["u8", "u32", "s64", "f64", "bool", "char", "string"]) {
    expect(thrownBy(() => give(name, asking))).toBeInstanceOf(TypeError);
    const converting = {
      toString: () => asked.push("toString"),
      valueOf: () => asked.push("valueOf"),
      [Symbol.toPrimitive]: () => asked.push("toPrimitive"),
    };
    expect(thrownBy(() => give(name, converting))).toBeInstanceOf(TypeError);
  }
  expect(asked).toEqual([]);
  expectHealthy();
});

test("a tag that changes is read once", () => {
  let reads = 0;
  const choice = {
    get tag() {
      reads += 1;
      return reads === 1 ? "none" : "n";
    },
    get val() {
      return "no number";
    },
  };
  expect(give("variant", choice)).toEqual({ tag: "none" });
  expect(reads).toBe(1);
  expectHealthy();
});

test("arrays of arguments of any kind", async () => {
  expect(await handle.call("u8", new Set([7]) as unknown as unknown[])).toBe(7); // any iterable will do
  for (const args of [{}, null, 5, "7"]) {
    const failure = await handle.call("u8", args as unknown as unknown[]).catch((error: unknown) => error); // so
    expect(failure).toBeInstanceOf(TypeError);
  }
  expectHealthy();
});
