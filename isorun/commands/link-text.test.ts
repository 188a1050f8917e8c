/** What a person reads of a component that could not be linked. */
import { expect, test } from "bun:test";
import type { LinkProblem } from "../errors/errors.ts";
import { linkLine, linkText } from "./link-text.ts";

const missing: LinkProblem = {
  kind: "missing",
  import: "a:b/c",
  func: "f",
  wanted: "func()",
  provider: "WasiDenied",
  message: "cannot link 'f' of 'a:b/c': nothing was given for it, which is func(); WasiDenied would provide it",
};
const mismatch: LinkProblem = {
  kind: "mismatch",
  import: "wasi:clocks/wall-clock@0.2.0",
  func: "now",
  wanted: "func() -> u32",
  given: "func() -> u64",
  message:
    "cannot link 'now' of 'wasi:clocks/wall-clock@0.2.0': it is `func() -> u32`, and WasiClocks gives `func() -> u64`",
};

test("each problem has its line, and types that differ stand one under the other", () => {
  expect(linkText([missing, mismatch])).toBe(`
'f' of 'a:b/c': nothing was given for it, which is func()
'now' of 'wasi:clocks/wall-clock@0.2.0' is of another type:
  wanted func() -> u32
  given  func() -> u64`);
});

test("types by the same words are told with what differs", () => {
  const message = "cannot link 'r': it is `r`, and the linker gives `r`: another resource";
  expect(linkText([{ kind: "mismatch", import: "r", wanted: "r", given: "r", message }])).toBe(
    "\n'r': it is `r`, and the linker gives `r`: another resource",
  );
});

test("no name makes a line of its own, and of very many the number is told", () => {
  const [first, ...rest] = linkText(Array.from({ length: 41 }, () => ({ ...missing, message: "a\nb" })))
    .split("\n")
    .slice(1);
  expect([first, rest.length, rest.at(-1)]).toEqual(["a b", 40, "… and 1 more"]);
});

test("a line for machines has both types, and no class of the library", () => {
  expect(linkLine(missing)).toBe("'f' of 'a:b/c': nothing was given for it, which is func()");
  expect(linkLine(mismatch)).toBe(mismatch.message.replace("cannot link ", ""));
});
