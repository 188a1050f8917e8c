/** The first words that a new user tries. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const vivarium = (...argv: readonly string[]) => runProcess([launcher, ...argv]);

test("help promises what there is", async () => {
  const { stdout } = await vivarium("pybun", "--help");
  expect(stdout).toStartWith("Installs and runs Python.\n");
});

test("the roof lists its programs, and helps with them", async () => {
  const { stdout } = await vivarium("--help");
  expect(stdout).toMatch(/^Programs:\n(?: {2}.+\n)* {2}pybun +Installs and runs Python\.$/m);
  expect((await vivarium("help", "pybun")).stdout).toBe((await vivarium("pybun", "--help")).stdout);
  expect((await vivarium("help", "pybun", "run")).stdout).toBe((await vivarium("pybun", "run", "--help")).stdout);
});

test("a script in a command's place leads to run", async () => {
  for (const words of [["pybun"], []]) {
    const { stderr, exitCode } = await vivarium(...words, "./my script.py");
    const run = "Did you mean `pybun run './my script.py'`?";
    expect({ stderr, exitCode }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(words.length > 0 ? run : run.replace("pybun run", "vivarium pybun run")),
    });
  }
  expect((await vivarium("pybun", "rnu")).stderr).toContain("Did you mean `run`?");
});

test("cache clean tells what it keeps", async () => {
  const { stdout } = await vivarium("pybun", "cache", "clean", "--help");
  expect(stdout).toStartWith("Empty the store, except for what running programs and `--dir` environments use\n");
});
