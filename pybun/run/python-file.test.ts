import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBlockFile, isPythonFile } from "./python-file.ts";

const directory = mkdtempSync(join(tmpdir(), "python-file-"));

afterAll(() => rmSync(directory, { recursive: true }));

function written(text: string): string {
  const path = join(directory, "tool");
  writeFileSync(path, text);
  return path;
}

const block = "# /// script\n# dependencies = []\n# ///\n";

test("a block makes a file Python's, behind another first line only where no code precedes it", () => {
  expect(isBlockFile(written(`import sys\n${block}`))).toBe(true);
  expect(isBlockFile(written(`#!/usr/bin/env runner\r\n\r\n# about\r\n${block}`))).toBe(true);
  expect(isBlockFile(written(`#!/bin/sh\ncat > script.py <<END\n${block}END\n`))).toBe(false);
  expect(isBlockFile(written("print(1)\n"))).toBe(false);
});

test("a large text without a block is looked through once, and not from each of its lines", () => {
  const path = written("#!/bin/sh\n".padEnd(8_000_000, "echo something here and there\n"));
  expect(isPythonFile(path)).toBe(false);
});
