/** An address whose scheme was forgotten is none where a name, a file or a program is expected, and its login is a secret. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openRunScene, type RunScene } from "./run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

const commands: readonly (readonly [code: string, words: readonly string[]])[] = [
  ["E_REQUIREMENT_INVALID", ["resolve", "us:SECR@h/simple"]],
  ["E_REQUIREMENT_INVALID", ["run", "--with", "us:SECR@h/simple", "-c", "1"]],
  ["E_REQUIREMENT_INVALID", ["resolve", "aa @ //us:SECR%40h/a"]],
  ["E_REQUIREMENT_INVALID", ["run", "--with", "//us:SECR%40h/simple", "-c", "1"]],
  ["E_RUN_ENV_FILE_MISSING", ["run", "--env-file", "us:SECR@h/simple", "-c", "1"]],
  ["E_RUN_ENV_FILE_MISSING", ["run", "--env-file", "//us:SECR%40h/simple", "-c", "1"]],
  ["E_RUN_ENV_FILE_MISSING", ["run", "--env-file", "//us:SECR@h/simple", "-c", "1"]],
  ["E_RUN_COMMAND_NOT_FOUND", ["run", "us:SECR@h/simple"]],
  ["E_RUN_SCRIPT_NOT_FOUND", ["run", "us:SECR@h/simple.py"]],
];

describe.each(["text", "json", "jsonl"])("as %s", (format) => {
  test.each(commands)("%s of %p", async (code, words) => {
    const [command = "", ...rest] = words;
    const { stdout, stderr } = await scene.pybun([command, "--format", format, ...rest]);
    const said = stdout + stderr;
    expect([said.includes(code), said.includes("****"), said.includes("SECR"), said]).toEqual([
      true,
      true,
      false,
      said,
    ]);
  });
});

describe("the halves of a password that begins with digits pass for no places", () => {
  test.each(["UV_CONSTRAINT", "PIP_CONSTRAINT", "UV_INDEX", "UV_FIND_LINKS", "PIP_FIND_LINKS"])("%s", async (name) => {
    for (const blank of ["\n", " ", " 12\t"]) {
      const env = { [name]: `http://us:1234${blank}SECR@h/x` };
      const { stderr } = await scene.pybun(["resolve", "tool"], { env });
      expect(stderr).toStartWith("error[E_SETTING_INVALID]: cannot use");
      expect(stderr).toContain("the password of a URL has white space");
      expect(stderr).not.toContain("SECR");
    }
  });
});
