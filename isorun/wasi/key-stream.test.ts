import { expect, test } from "bun:test";
import { KeyStream } from "./key-stream.ts";

/** RFC 8439, A.1: the key, then the first two blocks for the nonce 0. */
test("the key stream is that of the published vectors", () => {
  expect(new KeyStream(new Uint8Array(32), 0).bytes(128).toHex()).toBe(
    "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7" +
      "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586" +
      "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed" +
      "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
  );
});

test("bytes come in order, however many are asked for at once", () => {
  const key = Uint8Array.from({ length: 32 }, (_, index) => index);
  const whole = new KeyStream(key, 1).bytes(300);
  const parts = new KeyStream(key, 1);
  expect([0, 1, 63, 64, 65, 107].flatMap((length) => [...parts.bytes(length)])).toEqual([...whole]);
});
