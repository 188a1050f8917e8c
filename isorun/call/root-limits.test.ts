import { expect, test } from "bun:test";
import { handlesMaxOf, messageBytesMaxOf } from "./root-limits.ts";

test.each([
  [{}, 1_000_000],
  [{ memoryBytes: 16 << 20 }, 32_768],
  [{ memoryBytes: 65_536 }, 1024],
  [{ memoryBytes: 2 ** 32 }, 1_000_000],
  [{ memoryBytes: 65_536, handles: 2_000_000 }, 2_000_000],
  [{ handles: 0 }, 0],
])("%p allows %d handles", (limits, handles) => {
  expect(handlesMaxOf(limits)).toBe(handles);
});

test.each([
  [{}, 2 ** 29],
  [{ memoryBytes: 65_536 }, 2 ** 18],
  [{ memoryBytes: 2 ** 32 }, 2 ** 29],
  [{ memoryBytes: 65_536, messageBytes: 2 ** 30 }, 2 ** 30],
])("%p allows messages of %d bytes", (limits, bytes) => {
  expect(messageBytesMaxOf(limits)).toBe(bytes);
});
