import { expect, test } from "bun:test";
import { parseCoreMetadata, reasonAgainstStatic } from "./core-metadata.ts";
import { failureOf } from "./testing.ts";

const parse = (text: string) => parseCoreMetadata(Buffer.from(text), "x-1.0-py3-none-any.whl");

test("reads the header and nothing of the description", () => {
  const text =
    "\ufeffMetadata-Version: 2.1\nName: Ünï\nVERSION: 1.0\nRequires-Dist: a\n  (>=1)\nRequires-Dist: b; extra == 'c'\nProvides-Extra: c\nRequires-Python:  >=3.9 \n\nRequires-Dist: not-me\n";
  expect(parse(text)).toEqual({
    name: "Ünï",
    version: "1.0",
    requiresDist: ["a (>=1)", "b; extra == 'c'"],
    requiresPython: ">=3.9",
    providesExtra: ["c"],
    dynamic: [],
    metadataVersion: [2, 1],
  });
  expect(parse(text.replaceAll("\n", "\r\n"))).toEqual(parse(text));
});

test("a header without name or version is refused", async () => {
  expect(await failureOf(() => parse("Name: x\n\nVersion: 1"))).toStartWith("E_INDEX_METADATA");
  expect(await failureOf(() => parse("<html>\n"))).toContain("it has no Name field");
  expect(await failureOf(() => parse("Name: x\nVersion: 1\nname: y\n"))).toContain("more than one Name field");
  expect(await failureOf(() => parse("Name: x\nVersion: 1\nVersion: 1\n"))).toContain("more than one Version field");
});

test("only metadata 2.2 with nothing dynamic speaks for every build", () => {
  const info = (version: string, dynamic = ""): string =>
    `Metadata-Version: ${version}\nName: x\nVersion: 1\n${dynamic}\n`;
  expect(reasonAgainstStatic(parse(info("2.2")))).toBeUndefined();
  expect(reasonAgainstStatic(parse(info("2.4", "Dynamic: License\n")))).toBeUndefined();
  expect(reasonAgainstStatic(parse(info("2.1")))).toContain("2.1");
  expect(reasonAgainstStatic(parse(info("2.2", "Dynamic: Requires-Dist\n")))).toContain("requires-dist");
});
