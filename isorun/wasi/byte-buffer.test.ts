import { expect, test } from "bun:test";
import { ByteBuffer } from "./byte-buffer.ts";

test("pieces of any length come out as they went in", () => {
  const buffer = new ByteBuffer();
  const all = Uint8Array.from({ length: 1000 }, (_, index) => index);
  let at = 0;
  for (const length of [0, 1, 2, 500, 0, 497]) {
    buffer.append(all.subarray(at, at + length));
    at += length;
  }
  expect(buffer.toBytes()).toEqual(all);
  expect(buffer.take()).toEqual(all);
  expect(buffer.length).toBe(0);
  buffer.append(Uint8Array.of(1));
  expect(buffer.toBytes()).toEqual(Uint8Array.of(1));
});
