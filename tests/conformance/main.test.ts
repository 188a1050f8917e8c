/** `npm run conformance` on what is no suite: one line says why, and where to read on. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";

const scratch = mkdtempSync(join(tmpdir(), "conformance-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const folders: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  empty: {},
  broken: { "a.json": "{" },
  other: { "package.json": '{ "name": "a" }' },
  null: { "a.json": "null" },
  converted: { "a.json": '{ "commands": [] }' },
};
for (const [name, files] of Object.entries(folders)) {
  mkdirSync(join(scratch, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(scratch, name, file), text);
}

const run = async (...argv: readonly string[]) =>
  runProcess([process.execPath, "--no-env-file", join(import.meta.dir, "main.ts"), ...argv], { cwd: scratch });

const readOn = `; CONTRIBUTING.md, "The component model's scripts", says how to make them\n`;

test.each([
  ["empty", "error: no converted scripts (*.json) at or below 'empty'"],
  ["nowhere", "error: there is no directory 'nowhere'"],
  ["empty/../broken/a.json", "error: there is no directory 'empty/../broken/a.json'"],
  ["broken", "error: 'broken/a.json' is no converted script"],
  ["other", "error: 'other/package.json' is no converted script"],
  ["null", "error: 'null/a.json' is no converted script"],
])("%s", async (folder, line) => {
  expect(await run(folder)).toEqual({ stdout: "", stderr: `${line}${readOn}`, exitCode: 2 });
});

test.each([[[]], [["a", "b"]], [["--bogus", "empty"]], [["-x", "empty"]], [["--verbose=1", "converted"]]])(
  "%j",
  async (argv) => {
    const usage = "usage: npm run conformance -- [-v] [--write] DIR\n";
    expect(await run(...argv)).toEqual({ stdout: "", stderr: usage, exitCode: 2 });
  },
);

test("a folder of scripts", async () => {
  const { exitCode, stderr, stdout } = await run("-v", "converted");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("\na           -       -     -        -          -    -\n");
});
