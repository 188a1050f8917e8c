/** The indexes are asked while an interpreter says what it is, and only then. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openRunScene, type RunScene } from "../../tests/run/run-scene.ts";

let scene: RunScene;
let directory: string;

beforeAll(async () => {
  scene = await openRunScene();
  directory = join(scene.directory, "waiting");
  mkdirSync(directory);
});

afterAll(() => scene.close());

test("an interpreter that answers only after a page was asked for gets its environment", async () => {
  const gate = join(directory, "gate");
  Bun.spawnSync(["mkfifo", gate]);
  const program = scene.write("waiting/python3", `#!/bin/sh\nread word < '${gate}'\nexec '${scene.python}' "$@"\n`);
  chmodSync(program, 0o755);
  scene.index.behave("/simple/beta/", () => void Bun.spawn(["sh", "-c", `echo go > '${gate}'`]), { times: 1 });
  const made = await scene.pybun(["env", "create", "--python", program, "beta"]);
  expect({ exitCode: made.exitCode, stderr: made.stderr }).toEqual({ exitCode: 0, stderr: "" });
}, 30_000);

test("for one that is broken nothing is left waiting", async () => {
  const program = scene.write("waiting/broken", "#!/bin/sh\nexit 3\n");
  chmodSync(program, 0o755);
  let release: (() => void) | undefined;
  const never = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  scene.index.behave("/simple/tool/", () => never, { times: 1 });
  const made = await scene.pybun(["env", "create", "--python", program, "tool"]);
  release?.();
  expect([made.exitCode, made.stderr]).toEqual([66, expect.stringContaining("E_PYTHON_BROKEN")]);
}, 30_000);

test("one that is known costs no request before its environment is looked for", async () => {
  await scene.pybun(["env", "create", "alpha"]);
  const asked = scene.index.log.length;
  await scene.pybun(["env", "create", "alpha"]);
  expect(scene.index.log.length).toBe(asked);
}, 30_000);
