import { expect, test } from "bun:test";
import { findCLibrary, openCLibrary } from "./c-library.ts";

test.skipIf(process.platform === "win32")("what the C library offers can be called", () => {
  const symbols = { getpid: { args: [], returns: "i32" } } as const;
  expect(openCLibrary(symbols).getpid()).toBe(process.pid);
  expect(findCLibrary(symbols)?.getpid()).toBe(process.pid);
});

test("what it does not offer is told, with the names that were tried", () => {
  const symbols = { no_such_function: { args: [], returns: "i32" } } as const;
  expect(findCLibrary(symbols)).toBeUndefined();
  expect(() => openCLibrary(symbols)).toThrow(/^no C library among .*lib.* offers no_such_function$/);
});
