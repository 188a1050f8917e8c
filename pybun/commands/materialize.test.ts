/** `--materialize` and a block's `materialize`: a slip leaves nothing linked in silence that was meant to be copied. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { block, openRunScene, type RunScene } from "../../tests/run/run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

const create = (...words: readonly string[]) => scene.pybun(["env", "create", "beta", "tool", ...words]);
const site = (prefix: string): string => {
  const { stdout } = Bun.spawnSync([
    join(prefix, "bin/python"),
    "-c",
    "import sysconfig; print(sysconfig.get_path('purelib'))",
  ]);
  return stdout.toString().trim();
};
const isCopied = (prefix: string, name: string): boolean =>
  lstatSync(join(site(prefix), name), { throwIfNoEntry: false }) !== undefined;

test("takes commas and any case, as its siblings do", async () => {
  for (const words of [
    ["--materialize", ":ALL:"],
    ["--materialize", "Beta, tool"],
    ["--materialize", "beta", "--materialize", "tool"],
  ]) {
    const { stdout, stderr, exitCode } = await create(...words);
    expect([exitCode, stderr], words.join(" ")).toEqual([0, ""]);
    expect([isCopied(stdout.trim(), "beta.py"), isCopied(stdout.trim(), "tool.py")]).toEqual([true, true]);
  }
  const { stdout } = await create("--materialize", ":all:,:none:");
  expect(isCopied(stdout.trim(), "tool.py")).toBe(false);
}, 30_000);

test.each(["beta>=1", "beta,", ":every:"])("refuses '%s'", async (text) => {
  const { stderr, exitCode } = await create("--materialize", text);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("E_ENV_MATERIALIZE_NAME");
  expect(stderr).toContain(`'${text}'`);
});

test("warns of a name that is not among the packages, each time", async () => {
  const told = (stderr: string) => stderr.includes("W_ENV_MATERIALIZE_ABSENT") && stderr.includes("'betta'");
  for (const words of [[], [], ["--dir", "made"], ["--dir", "made"]]) {
    const { stderr, exitCode } = await create("--materialize", "betta,tool", ...words);
    expect([exitCode, told(stderr)]).toEqual([0, true]);
  }
  scene.write("slip.py", `${block('dependencies = ["beta"]', "[tool.pybun]", 'materialize = ["betta"]')}print(1)\n`);
  for (const _ of [1, 2, 3]) {
    const { stdout, stderr, exitCode } = await scene.pybun(["run", "slip.py"]);
    expect([exitCode, stdout, told(stderr)]).toEqual([0, "1\n", true]);
  }
}, 30_000);
