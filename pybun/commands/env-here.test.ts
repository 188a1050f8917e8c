/** Nobody's current directory is replaced under him, and what `cache verify` takes away is named. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openRunScene, type RunScene } from "../../tests/run/run-scene.ts";
import { wheelKind } from "../wheel/stored-wheel.ts";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
});

afterAll(() => scene.close());

test("env create refuses the current directory and one above it, which stay as they are", async () => {
  const here = join(scene.directory, "here");
  mkdirSync(join(here, "below"), { recursive: true });
  const empty = join(scene.directory, "empty");
  mkdirSync(empty);
  const before = statSync(empty).ino;
  const made = await scene.pybun(["env", "create", "beta", "--dir", "."], { cwd: empty });
  expect([made.exitCode, made.stderr]).toEqual([74, expect.stringContaining("E_ENV_DIRECTORY_UNUSABLE")]);
  expect([statSync(empty).ino, readdirSync(empty)]).toEqual([before, []]);
  expect((await scene.pybun(["env", "list"])).stdout).not.toContain(empty);
  await scene.pybun(["env", "create", "beta", "--dir", "env"], { cwd: here });
  const inside = { cwd: join(here, "env", "bin") };
  const again = await scene.pybun(["env", "create", "beta", "--clear", "--dir", ".."], inside);
  expect(again.exitCode).toBe(74);
  expect((await scene.pybun(["env", "create", "beta", "--dir", ".."], inside)).exitCode).toBe(0);
  expect(readdirSync(here).sort()).toEqual(["below", "env"]);
}, 30_000);

test("cache verify names each environment that goes with a damaged wheel", async () => {
  const path = (await scene.pybun(["env", "create", "tool"])).stdout.trim();
  const wheels = join(scene.cache, wheelKind);
  const file = readdirSync(wheels)
    .map((key) => join(wheels, key, "tree", "tool.py"))
    .find((each) => existsSync(each));
  if (file === undefined) throw new Error("no wheel has tool.py");
  chmodSync(file, 0o644);
  appendFileSync(file, "# more\n");
  const { exitCode, stderr } = await scene.pybun(["cache", "verify"]);
  expect(exitCode).toBe(76);
  const entry = path.split("/").slice(-3, -1).join("/");
  expect(stderr).toContain(entry);
  expect((await scene.pybun(["env", "create", "tool"])).stdout.trim()).toBe(path);
}, 30_000);
