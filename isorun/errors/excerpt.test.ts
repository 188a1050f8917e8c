import { expect, test } from "bun:test";
import { ComponentError } from "./errors.ts";
import { excerptOf } from "./excerpt.ts";

test.each<[unknown, string]>([
  ["not found", "not found"],
  [3, "3"],
  [5n, '"5"'],
  [true, "true"],
  [null, "null"],
  [undefined, ""],
  [[], "[]"],
  [{}, "{}"],
  [{ tag: "code", val: { id: 7n, note: 'a"b', none: undefined } }, '{"tag":"code","val":{"id":"7","note":"a\\"b"}}'],
  [[1, [2, undefined]], "[1,[2,null]]"],
  [new Uint8Array([1, 255]), "[1,255]"],
  [new BigInt64Array([-1n]), '["-1"]'],
  [new Map([["a", 1]]), '[["a",1]]'],
  [new DataView(new ArrayBuffer(2)), "{}"],
])("%p is written %p", (value, text) => {
  expect(excerptOf(value)).toBe(text);
});

/** Counts what is asked of it. */
function counted(length: number) {
  let reads = 0;
  const items = new Proxy(
    Array.from({ length }, (_, index) => index),
    {
      get: (target, key, receiver) => {
        reads += 1;
        return Reflect.get(target, key, receiver);
      },
    },
  );
  return { items, reads: () => reads };
}

test("what is long is cut off, and its rest is not looked at", () => {
  const { items, reads } = counted(1_000_000);
  const text = excerptOf({ list: items });
  expect(text).toStartWith('{"list":[0,1,2,');
  expect(text).toEndWith("…");
  expect(text.length).toBe(1001);
  expect(reads()).toBeLessThan(1000);
});

test("a text is cut off between characters", () => {
  const text = excerptOf(`a${"😀".repeat(1000)}`);
  expect(text.length).toBe(1000);
  expect(text.isWellFormed()).toBe(true);
  expect(excerptOf("b".repeat(1000))).toBe("b".repeat(1000));
  expect(excerptOf(["c".repeat(2000)]).length).toBe(1001);
});

test("circles come to an end", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  expect(excerptOf(circle)).toBe(`${'{"self":'.repeat(16)}…${"}".repeat(16)}`);
});

test("the message of an error has a part of a large payload, and the error has all of it", () => {
  const payload = new Uint8Array(1 << 22);
  const error = new ComponentError(payload);
  expect(error.message.length).toBeLessThan(1100);
  expect(error.payload).toBe(payload);
  expect(new ComponentError(undefined).message).toBe("the function returned an error");
  expect(new ComponentError(3).message).toBe("the function returned an error: 3");
});

test("a payload that cannot be read is a value", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(new ComponentError(proxy).message).toBe("the function returned an error: a value");
});
