/** The example of a component, run as its first lines say. */
import { afterAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runIsorun } from "../isorun/commands/testing/run-isorun.ts";
import { assembleFiles } from "../tests/components/assemble.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-example-"));
afterAll(() => rmSync(scratch, { recursive: true }));

test("greet.wat", async () => {
  const text = readFileSync(join(import.meta.dir, "greet.wat"), "utf8");
  copyFileSync((await assembleFiles([text]))(text), join(scratch, "greet.wasm"));
  const place = { home: join(scratch, "home"), cwd: scratch };
  const greeted = await runIsorun(["run", "greet.wasm", "--invoke", 'greet("you")'], place);
  expect(greeted).toEqual({ stdout: '"hello, you"\n', stderr: "", exitCode: 0 });
  const summed = await runIsorun(["run", "greet.wasm", "--invoke", "sum([1, 2, 39])", "--fuel", "10000"], place);
  expect(summed).toEqual({ stdout: "42\n", stderr: "", exitCode: 0 });
}, 120_000);
