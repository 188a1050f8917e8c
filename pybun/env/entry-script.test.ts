/** A script starts its interpreter at any path, and no character of the path is read as code. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rewriteScript, scriptOf } from "./entry-script.ts";
import { run } from "./testing/scene.ts";

let root = "";
const python = Bun.which("python3") ?? "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "scripts-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const names = [
  "x$(touch${IFS}PWNED) y",
  "x`touch PWNED` y",
  'a" ; touch PWNED ; " b',
  "a' ; touch PWNED ; ' b",
  "''' quotes '''''",
  "back\\slash \\x \\N{no} \\",
  "new\nline",
  "coding=utf-77",
  "tést \u{1F40D}",
  "l".repeat(200),
];

describe.skipIf(process.platform === "win32")("scripts below a directory called", () => {
  for (const [index, name] of names.entries()) {
    test(JSON.stringify(name), () => {
      const directory = join(root, `${index}`, name);
      mkdirSync(directory, { recursive: true });
      const interpreter = join(directory, "python");
      symlinkSync(run([python, "-c", "import sys; print(sys.executable)"]).out.trim(), interpreter);
      const entry = { name: "tool", module: "platform", attribute: "python_implementation" };
      const texts = [
        scriptOf(entry, interpreter),
        rewriteScript(Buffer.from("#!python\nraise SystemExit('CPython')\n"), interpreter),
      ];
      for (const [count, text] of texts.entries()) {
        const script = join(root, `${index}`, `tool${count}`);
        writeFileSync(script, text);
        chmodSync(script, 0o755);
        const child = Bun.spawnSync([script], { cwd: root, stdout: "pipe", stderr: "pipe" });
        expect(child.stderr.toString().trim()).toBe("CPython");
        expect(existsSync(join(root, "PWNED"))).toBe(false);
      }
    });
  }
});
