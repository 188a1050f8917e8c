import { expect, test } from "bun:test";
import { decodeText } from "./decode-text.ts";

const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

test.each([
  ["UTF-8", Buffer.from("six # é")],
  ["UTF-8 with a mark", Buffer.from("\uFEFFsix # é")],
  ["UTF-16 of PowerShell", Buffer.from("\uFEFFsix # é", "utf16le")],
  ["UTF-16, the other way round", utf16be("\uFEFFsix # é")],
])("%s", (_, bytes) => {
  expect(decodeText(bytes)).toEqual({ text: "six # é" });
});

test.each(["latin-1", "iso_8859-1", "Latin1", "cp1252", "ISO-8859-15"])("a comment names the coding %s", (coding) => {
  for (const head of [`# -*- coding: ${coding} -*-\n`, `\n# vim: set fileencoding=${coding} :\n`]) {
    expect(decodeText(Buffer.from(`${head}six # é`, "latin1"))).toEqual({ text: `${head}six # é` });
  }
});

test.each(["utf8", "utf-8-sig", "ascii"])("a comment names %s", (coding) => {
  const text = `# coding=${coding}\nsix # é`;
  expect(decodeText(Buffer.from(text))).toEqual({ text });
});

test("on the third line, or behind a requirement, it names nothing", () => {
  for (const text of ["\n\n# coding: latin-1\nsix # é", "six # coding: latin-1 é"]) {
    expect(decodeText(Buffer.from(text, "latin1"))).toEqual({ coding: undefined, isKnown: true });
  }
});

test("what is not in the coding that it names, and a coding that nobody knows", () => {
  const named = (coding: string) => decodeText(Buffer.from(`# coding: ${coding}\nsix # \xE9`, "latin1"));
  expect(named("utf-8")).toEqual({ coding: "utf-8", isKnown: true });
  expect(named("rot13")).toEqual({ coding: "rot13", isKnown: false });
});

test("UTF-16 without its mark is none", () => {
  expect(decodeText(Buffer.from("six", "utf16le"))).toEqual({ coding: undefined, isKnown: true });
});
