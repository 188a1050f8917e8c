/** An interpreter that is another one since: replaced in place, broken, gone. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { block, openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
/** A copy of the interpreter that can be changed, with the original's library beside it. */
let own: string;
let env: Readonly<Record<string, string>>;

const script = `${block('dependencies = ["alpha"]')}import alpha, sys; print(alpha.version, sys.base_prefix)\n`;

beforeEach(async () => {
  scene = await openRunScene();
  const ask = "import json, os, sys; print(json.dumps([os.path.realpath(sys.executable), sys.base_prefix]))";
  const { stdout } = await runProgram([scene.python, "-c", ask], { env: scene.environment });
  const [program, prefix] = JSON.parse(stdout) as [string, string]; // what `ask` prints
  mkdirSync(join(scene.directory, "own", "bin"), { recursive: true });
  for (const name of readdirSync(prefix).filter((entry) => entry.startsWith("lib"))) {
    symlinkSync(join(prefix, name), join(scene.directory, "own", name));
  }
  own = join(scene.directory, "own", "bin", "python3");
  copyFileSync(program, own);
  env = { PATH: `${join(scene.directory, "own", "bin")}:${scene.environment["PATH"]}` };
  scene.write("x.py", script);
});

afterEach(() => scene.close());

const environments = (): readonly string[] =>
  readdirSync(scene.cache)
    .filter((kind) => kind.startsWith("envs-"))
    .flatMap((kind) => readdirSync(join(scene.cache, kind)));

const run = (...options: readonly string[]) => scene.pybun(["run", ...options, "x.py"], { env });

test("replaced in place: it is looked at again and gets an environment of its own", async () => {
  const expected = { exitCode: 0, stdout: `2.0 ${join(scene.directory, "own")}\n`, stderr: "" };
  expect(await run()).toEqual(expected);
  expect(await run()).toEqual(expected);
  expect(environments()).toHaveLength(1);
  // Another file of the same version at the same path: programs run as well with bytes behind their end.
  rmSync(own);
  copyFileSync(scene.python, own);
  appendFileSync(own, "another build");
  expect(await run()).toEqual(expected);
  expect(environments()).toHaveLength(2);
  expect(await run()).toEqual(expected);
  expect(environments()).toHaveLength(2);
}, 30_000);

test("gone: the next one on PATH takes its place; asked for by path it is E_PYTHON_MISSING, 66", async () => {
  await run();
  await run();
  rmSync(own);
  const { exitCode, stdout } = await run();
  expect({ exitCode, stdout: stdout.split(" ")[0] }).toEqual({ exitCode: 0, stdout: "2.0" });
  const asked = await run("--python", own);
  expect(asked).toMatchObject({ exitCode: 66, stdout: "" });
  expect(asked.stderr).toContain("E_PYTHON_MISSING");
}, 30_000);

test("broken since: the next one on PATH takes its place; asked for by path it is E_PYTHON_BROKEN, 66", async () => {
  await run();
  await run();
  rmSync(own);
  writeFileSync(own, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
  const { exitCode, stdout } = await run();
  expect({ exitCode, stdout: stdout.split(" ")[0] }).toEqual({ exitCode: 0, stdout: "2.0" });
  const asked = await run("--python", own);
  expect(asked).toMatchObject({ exitCode: 66, stdout: "" });
  expect(asked.stderr).toContain("E_PYTHON_BROKEN");
}, 30_000);
