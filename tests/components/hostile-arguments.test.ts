/**
 * What JavaScript may pass for an argument: everything. A value that does not fit throws TypeError, and what a getter or
 * an iterator throws comes out as it is; either way the guest was not called, and goes on answering.
 */
import { beforeAll, expect, test } from "bun:test";
import { BudgetExhausted, TrapError } from "../../isorun/errors/errors.ts";
import { failureOf, thrownBy } from "../../isorun/errors/testing/failure-of.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { readOwnComponents } from "./assemble.ts";

let handle: InstanceHandle;

beforeAll(async () => {
  const runtime = new Runtime();
  const bytes = (await readOwnComponents("hostile")).get("exports") ?? new Uint8Array();
  handle = await runtime.instance(await runtime.load(bytes)).instantiate();
});

const give = (name: string, ...values: readonly unknown[]): unknown => handle.func(name)(...values);

/** The guest is as it was: it answers, and is told so. */
function expectHealthy(): void {
  expect(handle.state).toBe("ready");
  expect(give("u8", 7)).toBe(7);
  expect(give("string", "healthy")).toBe("healthy");
}

const callable = () => 1;

const refused: readonly (readonly [func: string, what: string, value: unknown])[] = [
  ...["u8", "s16", "u32", "s32"].flatMap((func) =>
    (
      [
        ["undefined", undefined],
        ["null", null],
        ["a fraction", 1.5],
        ["NaN", Number.NaN],
        ["infinity", Number.POSITIVE_INFINITY],
        ["too much", 2 ** 32],
        ["too little", -(2 ** 31) - 1],
        ["text of a number", "1"],
        ["a bigint", 1n],
        ["a boolean", true],
        ["a number object", Object(1)],
        ["an array of a number", [1]],
        ["a symbol", Symbol("1")],
        ["a function", callable],
        ["an object that says 1", { valueOf: () => 1 }],
      ] as const
    ).map(([what, value]) => [func, what, value] as const),
  ),
  ["u8", "256", 256],
  ["u8", "-1", -1],
  ["s16", "32768", 32768],
  ["s32", "2147483648", 2147483648],
  ["u32", "-1", -1],
  ["u64", "a number", 1],
  ["u64", "-1n", -1n],
  ["u64", "2n ** 64n", 2n ** 64n],
  ["s64", "2n ** 63n", 2n ** 63n],
  ["s64", "-(2n ** 63n) - 1n", -(2n ** 63n) - 1n],
  ["u64", "a bigint object", Object(1n)],
  ["f32", "text", "1"],
  ["f32", "too great", 1e300],
  ["f32", "too small", -1e300],
  ["f32", "the least that would become infinite", 2 ** 128 - 2 ** 103],
  ["floats", "too great", [1, 1e300]],
  ["floats", "too great in an array of wider ones", new Float64Array([-1e300])],
  ["f64", "a bigint", 1n],
  ["f64", "undefined", undefined],
  ["bool", "0", 0],
  ["bool", "text", "true"],
  ["bool", "a boolean object", Object(false)],
  ["char", "nothing", ""],
  ["char", "two characters", "ab"],
  ["char", "a lone surrogate", "\ud83c"],
  ["char", "a surrogate and more", "\ud83ca"],
  ["char", "a code point", 97],
  ["char", "a character of two scalar values", "e\u0301"],
  ["string", "a number", 1],
  ["string", "null", null],
  ["string", "a string object", Object("a")],
  ["string", "an object that says text", { toString: () => "a" }],
  ["string", "a lone high surrogate", "a\ud83c"],
  ["string", "a lone low surrogate", "\udf55a"],
  ["string", "surrogates in the wrong order", "\udf55\ud83c"],
  ["string-16", "a lone high surrogate", "a\ud83c"],
  ["bytes", "text", "abc"],
  ["bytes", "a number", 3],
  ["bytes", "null", null],
  ["bytes", "what is only like an array", { length: 1, 0: 1 }],
  ["bytes", "an ArrayBuffer", new ArrayBuffer(4)],
  ["bytes", "a DataView", new DataView(new ArrayBuffer(4))],
  ["bytes", "a hole", Array.from({ length: 2 })],
  ["bytes", "an item out of range", [1, 256]],
  ["bytes", "a wrong kind of array", new Int8Array([-1])],
  ["bytes", "words too wide", new Uint16Array([256])],
  ["words", "fractions", new Float64Array([1.5])],
  ["words", "bigints", new BigInt64Array([1n])],
  ["longs", "numbers", new Uint32Array([1])],
  ["longs", "negative bigints", new BigInt64Array([-1n])],
  ["floats", "text", ["1"]],
  ["strings", "numbers", [1]],
  ["strings", "text, which is iterable", "abc"],
  ["map", "an object", { a: 1 }],
  ["map", "pairs of three", [["a", 1, 2]]],
  ["map", "pairs of one", [["a"]]],
  ["map", "no pairs", ["ab"]],
  ["map", "a wrong value", new Map([["a", 256]])],
  ["map", "a wrong key", new Map([[1, 1]])],
  ["give-point", "null", null],
  ["give-point", "a number", 1],
  ["give-point", "a missing field", { x: 1 }],
  ["give-point", "a field by its name in the component", { x: 1, "y-z": 2 }],
  ["give-point", "a wrong field", { x: 1, yZ: "2" }],
  ["tuple", "too few", [1]],
  ["tuple", "too many", [1, 2, 3]],
  ["tuple", "an object", { 0: 1, 1: 2 }],
  ["fixed", "too few", [1]],
  ["fixed", "too many", new Uint8Array(3)],
  ["flags", "a number", 3],
  ["flags", "null", null],
  ["flags", "a flag that is 1", { constructor: 1 }],
  ["flags", "an unknown name", { unknown: true }],
  ["flags", "an unknown name that is false", { constructor: true, Constructor: false }],
  ["flags", "a list of names", ["constructor"]],
  ["flags", "a list of nothing", []],
  ["flags", "a set of names", new Set(["constructor"])],
  ["flags", "a map of names", new Map([["constructor", true]])],
  ["flags", "what is iterable otherwise", new String("constructor")],
  ["flags", "a very long array", new Uint8Array(2 ** 28)],
  ["enum", "another name", "up"],
  ["enum", "an index", 0],
  ["enum", "a name of all objects", "constructor"],
  ["variant", "the tag alone", "n"],
  ["variant", "no tag", {}],
  ["variant", "another tag", { tag: "toString" }],
  ["variant", "no payload", { tag: "n" }],
  ["variant", "null", null],
  ["option", "null", null],
  ["option", "a tagged value, which stands in options only", { tag: "some", val: 1 }],
  ["result", "the value alone", 1],
  ["result", "another tag", { tag: "Ok", val: 1 }],
];

test.each(refused)("%s is not given %s", (func, _, value) => {
  expect(thrownBy(() => give(func, value))).toBeInstanceOf(TypeError);
  expectHealthy();
});

test("as many arguments as there are parameters", () => {
  expect(thrownBy(() => give("u8"))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => give("u8", 1, 2))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => give("option"))).toBeInstanceOf(TypeError);
  expectHealthy();
});

test("zeros have signs in floats only, and NaN has one form", () => {
  expect(give("u32", -0)).toBe(0);
  expect(Object.is(give("s32", -0), 0)).toBe(true);
  expect(Object.is(give("f64", -0), -0)).toBe(true);
  expect(Object.is(give("f32", -0), -0)).toBe(true);
  expect(give("f64-bits", -0)).toBe(0x8000000000000000n);
  const payload = new Float64Array(new BigUint64Array([0xfff0000000000123n]).buffer)[0];
  expect(give("f64", payload)).toBe(Number.NaN);
  for (const special of [Number.NaN, Infinity, -Infinity]) expect(give("f32", special)).toBe(special);
  const greatest = 2 ** 128 - 2 ** 104;
  expect(give("f32", greatest)).toBe(greatest);
  expect(give("f32", -(2 ** 128 - 2 ** 103 - 2 ** 75))).toBe(-greatest);
});

test("numeric lists keep their bits, or have the one NaN: nothing else", () => {
  const bits = new Uint32Array([0x7fc00000, 0x3f800000, 0x80000000]);
  const given = give("float-bits", new Float32Array(bits.buffer)) as Uint32Array; // of a list<u32>
  expect([...given]).toEqual([...bits]);
});

test("typed arrays of another kind are lists like others, where their items fit", () => {
  expect(give("bytes", new Int8Array([1, 127]))).toEqual(new Uint8Array([1, 127]));
  expect(give("bytes", new Uint8ClampedArray([255]))).toEqual(new Uint8Array([255]));
  expect(give("words", new Float64Array([1, 4294967295]))).toEqual(new Uint32Array([1, 4294967295]));
  expect(give("longs", new BigInt64Array([1n]))).toEqual(new BigUint64Array([1n]));
  expect(give("bytes", new Uint8Array(new SharedArrayBuffer(2)))).toEqual(new Uint8Array(2));
  expect(give("bytes", new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 }), 1, 2))).toEqual(new Uint8Array(2));
  expect(give("bytes", Buffer.from("ab"))).toEqual(new Uint8Array([97, 98]));
  expect(give("bytes", new Set([1, 2]))).toEqual(new Uint8Array([1, 2]));
});

test("what comes back shares nothing with the guest's memory", () => {
  const first = give("bytes", [1, 2, 3]) as Uint8Array; // of a list<u8>
  first.fill(255);
  expect(give("bytes", [4, 5, 6])).toEqual(new Uint8Array([4, 5, 6]));
  expect(first).toEqual(new Uint8Array([255, 255, 255]));
  expect(first.buffer.byteLength).toBe(3);
});

test("a detached array is refused", () => {
  const array = new Uint8Array(4);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  expect(thrownBy(() => give("bytes", array))).toMatchObject(gone);
  expectHealthy();
});

test("so is one that its buffer has become too short for, of any kind, and an empty one is not", () => {
  for (const make of [Uint8Array, Uint16Array]) {
    const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
    const array = new make(buffer, 4);
    buffer.resize(2);
    expect(thrownBy(() => give("bytes", array))).toMatchObject(gone);
    expect(give("bytes", new make())).toEqual(new Uint8Array());
  }
  expectHealthy();
});

const gone = {
  code: "invalid-argument",
  message: expect.stringMatching(/^'bytes': .*a typed array without its bytes/),
};

test("what a getter throws comes out as it is", () => {
  const mine = new RangeError("mine");
  const value = {
    x: 1,
    get yZ(): number {
      throw mine;
    },
  };
  expect(thrownBy(() => give("give-point", value))).toBe(mine);
  expect(thrownBy(() => give("points", [{ x: 1, yZ: 1 }, value]))).toBe(mine);
  expectHealthy();
});

test("the same, where what it throws looks like the end of an instance", () => {
  const errors = [
    new TrapError("of another instance"),
    new BudgetExhausted({ field: "fuel", limit: 1n, used: 2n }),
    new WebAssembly.RuntimeError("mine"),
    new RangeError("Maximum call stack size exceeded."),
  ];
  for (const mine of errors) {
    const point = {
      x: 1,
      get yZ(): number {
        throw mine;
      },
    };
    // By then the guest has allocated the list.
    expect(thrownBy(() => give("points", [{ x: 1, yZ: 1 }, point]))).toBe(mine);
    expectHealthy();
  }
});

test("each property is read once, so that none can change its mind", () => {
  const reads: string[] = [];
  const point = {
    get x() {
      reads.push("x");
      return reads.length > 2 ? 999 : 1;
    },
    get yZ() {
      reads.push("yZ");
      return 2;
    },
  };
  expect(give("give-point", point)).toEqual({ x: 1, yZ: 2 });
  expect(reads).toEqual(["x", "yZ"]);
  const choice = {
    get tag() {
      reads.push("tag");
      return "n";
    },
    get val() {
      reads.push("val");
      return 3;
    },
  };
  expect(give("variant", choice)).toEqual({ tag: "n", val: 3 });
  expect(reads.slice(2)).toEqual(["tag", "val"]);
});

test("prototypes with getters are values, and so are objects without any prototype", () => {
  class Point {
    get x() {
      return 1;
    }
    get yZ() {
      return 2;
    }
  }
  expect(give("give-point", new Point())).toEqual({ x: 1, yZ: 2 });
  const bare = Object.assign(Object.create(null) as object, { x: 3, yZ: 4 });
  expect(give("give-point", bare)).toEqual({ x: 3, yZ: 4 });
});

test("proxies are asked like others, and what their traps throw comes out", () => {
  const asked: PropertyKey[] = [];
  const proxy = new Proxy<Record<PropertyKey, unknown>>(
    { x: 1, yZ: 2 },
    {
      get: (target, key) => {
        asked.push(key);
        return target[key];
      },
    },
  );
  expect(give("give-point", proxy)).toEqual({ x: 1, yZ: 2 });
  expect(asked).toEqual(["x", "yZ"]);
  expect(give("bytes", new Proxy([1, 2], {}))).toEqual(new Uint8Array([1, 2]));
  const { proxy: revoked, revoke } = Proxy.revocable([1], {});
  revoke();
  expect(thrownBy(() => give("bytes", revoked))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => give("bytes", new Proxy(new Uint8Array(2), {})))).toBeInstanceOf(TypeError);
  expectHealthy();
});

test("lying iterables: once through, and what their iterators throw comes out", () => {
  const mine = new RangeError("mine");
  let rounds = 0;
  const growing = {
    *[Symbol.iterator]() {
      rounds += 1;
      for (let index = 0; index < rounds; index += 1) yield 1;
    },
  };
  expect(give("bytes", growing)).toEqual(new Uint8Array([1]));
  expect(give("strings", { length: 5, *[Symbol.iterator]() {} })).toEqual([]);
  expect(rounds).toBe(1);
  const failing = {
    *[Symbol.iterator]() {
      yield 1;
      throw mine;
    },
  };
  expect(thrownBy(() => give("bytes", failing))).toBe(mine);
  expect(thrownBy(() => give("bytes", { [Symbol.iterator]: 1 }))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => give("bytes", { [Symbol.iterator]: () => ({ next: () => 1 }) }))).toBeInstanceOf(TypeError);
  expectHealthy();
});

test("strings of every kind", () => {
  for (const text of ["", "\0", "\u{feff}", "e\u0301", "\u{10ffff}", "\ud83c\udf55", `${"a".repeat(100)}é`]) {
    expect(give("string", text)).toBe(text);
    expect(give("string-16", text)).toBe(text);
  }
});

test("calls that answer later refuse the same values, and leave the guest as it was", async () => {
  expect(await handle.call("u8", [1])).toBe(1);
  expect(await failureOf(handle.call("u8", [256]))).toBeInstanceOf(TypeError);
  expect(await failureOf(handle.call("u8", []))).toBeInstanceOf(TypeError);
  expect(await failureOf(handle.call("absent", []))).toBeInstanceOf(TypeError);
  expectHealthy();
});
