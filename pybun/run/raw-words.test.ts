import { expect, test } from "bun:test";
import { rawVariables, rawWords } from "./raw-words.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

test("words that were decoded with loss are taken by their bytes, counted from the end", () => {
  const read = () => "bun\0launch.ts\0x.py\0a\xff\0\xe9\0plain\0";
  expect(rawWords(["python", "a\uFFFD", "\uFFFD", "plain"], read)).toEqual([
    "python",
    bytes("a\xff"),
    bytes("\xe9"),
    "plain",
  ]);
});

test("where the bytes say something else, or cannot be had, words stay as they are", () => {
  expect(rawWords(["a\uFFFD"], () => "b\xff\0")).toEqual(["a\uFFFD"]);
  expect(rawWords(["a\uFFFD"], () => undefined)).toEqual(["a\uFFFD"]);
  expect(rawWords(["\uFFFD"], () => "\xef\xbf\xbd\0")).toEqual([bytes("\xef\xbf\xbd")]);
});

test("nothing is read where nothing was lost", () => {
  const read = () => expect.unreachable();
  expect(rawWords(["ä", "b"], read)).toEqual(["ä", "b"]);
  expect(rawVariables({ A: "ü" }, read)).toEqual({ A: "ü" });
});

test("variables go by their names", () => {
  expect(rawVariables({ A: "1", B: "\uFFFDx" }, () => "AB=0\0A=1\0B=\xffx\0")).toEqual({ A: "1", B: bytes("\xffx") });
});
