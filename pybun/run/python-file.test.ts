import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBlockFile, isPythonFile, otherLanguageOf } from "./python-file.ts";

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

test("a first line that names a shell or another language is surely not Python's; others may hand the file to it", () => {
  expect(otherLanguageOf(written("#!/bin/sh\necho\n"))).toBe("sh");
  expect(otherLanguageOf(written("#! /usr/bin/env -S node --test\n"))).toBe("node");
  expect(otherLanguageOf(written("#!/usr/bin/perl5.36 -w\r\n"))).toBe("perl5.36");
  for (const head of ["#!/usr/bin/env -S uv run\n", "#!/usr/bin/pypy3\n", "#!/usr/bin/shiv\n", "echo\n", "#!\n"]) {
    expect(otherLanguageOf(written(head))).toBeUndefined();
  }
  expect(otherLanguageOf(written("#!/bin/sh\n'''exec' python3 \"$0\" \"$@\"\n' '''\n"))).toBeUndefined();
  expect(otherLanguageOf(written(`#!/bin/sh\n# about\n${block}`))).toBeUndefined();
  expect(otherLanguageOf(join(directory, "nowhere"))).toBeUndefined();
});
