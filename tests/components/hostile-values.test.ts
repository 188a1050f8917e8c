/** Values that lie about themselves: typed arrays, iterables, inherited properties, refused calls, thrown values. */
import { expect, test } from "bun:test";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { readOwnComponents } from "./assemble.ts";

const components = await readOwnComponents("hostile");
const runtime = new Runtime();
const load = (name: string) => runtime.load(components.get(name) ?? new Uint8Array());

async function makeInstance(name = "exports"): Promise<InstanceHandle> {
  return runtime.instance(await load(name)).instantiate();
}

test("a typed array that lies about its length is as long as it is", async () => {
  const handle = await makeInstance();
  const array = Object.defineProperty(new Uint8Array(4), "length", { value: 1_000_000 });
  expect(handle.func("count-bytes")(array)).toBe(4);
});

test("what has only the prototype of a typed array is none", async () => {
  const handle = await makeInstance();
  const parts = { length: 100, byteLength: 4, byteOffset: 0, buffer: new ArrayBuffer(4) };
  const array: unknown = Object.setPrototypeOf(parts, Uint8Array.prototype);
  expect(() => handle.func("count-bytes")(array)).toThrow(TypeError);
});

test("of an endless iterable no more is read than a tuple has, and one", async () => {
  const handle = await makeInstance();
  let reads = 0;
  const endless = {
    *[Symbol.iterator]() {
      for (; reads < 1000; reads += 1) yield 1;
    },
  };
  expect(() => handle.func("tuple")(endless)).toThrow(TypeError);
  expect(reads).toBeLessThan(4);
});

test("what all objects inherit is no flag", async () => {
  const handle = await makeInstance();
  const none = { constructor: false, toString: false, valueOf: false };
  expect(handle.func("flags")({})).toEqual(none);
});

test("what all objects inherit is no field", async () => {
  const handle = await makeInstance();
  expect(handle.func("names")([{}])).toEqual([{ constructor: undefined, toString: undefined }]);
});

test("labels that only a hyphen before a digit tells apart have names of their own", async () => {
  const handle = await makeInstance();
  expect(handle.func("give-alike")({ a1: 1, a_1: 2 })).toEqual({ a1: 1, a_1: 2 });
  expect(() => handle.func("give-alike")({ a1: 1 })).toThrow("args[0].a_1 ('a') must be u8");
  expect(handle.func("give-alike-bits")({ b_2: true })).toEqual({ b_2: true, b2: false });
});

test("of pairs with the same key the last one counts", async () => {
  const handle = await makeInstance();
  const pairs = [
    ["a", 1],
    ["b", 2],
    ["a", 3],
  ];
  expect(handle.func("map")(pairs)).toEqual(
    new Map([
      ["a", 3],
      ["b", 2],
    ]),
  );
});

test("a resource stays with its owner where the call was refused", async () => {
  const handle = await makeInstance("resources");
  const made = handle.func("make")(5);
  expect(() => handle.func("take-and")(made, 256)).toThrow(TypeError);
  expect(handle.func("take")(made)).toBe(5);
});

test("a thrown value that has no text is a trap like others", async () => {
  const handle = await runtime
    .instance(await load("imports"))
    .unknownImportsTrap()
    .linkHost((linker) =>
      linker.func("nothing", () => {
        throw Object.create(null);
      }),
    )
    .instantiate();
  expect(() => handle.func("get-nothing")()).toThrow("a function of the host failed");
  expect(handle.state).toBe("trapped");
});
