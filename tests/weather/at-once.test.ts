/** Many runs at once, and Ctrl-C: one environment, nothing half-made. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openRunScene, type RunScene } from "../run/run-scene.ts";
import { addThreeWheels, expectRuns, expectWholeStore, leftovers, threeOutput, threeScript } from "./weather-scene.ts";

let scene: RunScene;

beforeEach(async () => {
  scene = await openRunScene();
  addThreeWheels(scene);
  scene.write("three.py", threeScript);
});

afterEach(() => scene.close());

test("ten runs at once that need the same new environment make it once", async () => {
  const runs = await Promise.all(Array.from({ length: 10 }, () => scene.pybun(["run", "three.py"])));
  for (const run of runs) expect(run).toEqual({ exitCode: 0, stdout: threeOutput, stderr: "" });
  const kind = readdirSync(scene.cache).find((name) => name.startsWith("envs-")) ?? "";
  expect(readdirSync(join(scene.cache, kind))).toHaveLength(1);
  const downloads = scene.index.log.filter(({ target }) => target.endsWith(".whl")).map(({ target }) => target);
  expect(new Set(downloads.map((path) => path.split("/").at(-1))).size).toBe(3);
  expectWholeStore(scene.cache);
  await expectRuns(scene);
  expect(leftovers(scene.cache)).toEqual([]);
}, 60_000);

test("SIGKILL of the one that installs: the other nine go on, and one of them makes the environment", async () => {
  const asked = Promise.withResolvers<void>();
  const { promise: hanging, resolve: letGo } = Promise.withResolvers<undefined>();
  const hang = (): Promise<undefined> => {
    asked.resolve();
    return hanging;
  };
  scene.index.behave(/second-1\.0-.*\.whl$/, hang, { times: 1 });
  const spawn = () =>
    Bun.spawn([scene.program, "run", "three.py"], {
      cwd: scene.directory,
      env: scene.environment,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  // The first one holds the lock from its download on, which never ends.
  const first = spawn();
  await asked.promise;
  const others = Array.from({ length: 9 }, spawn);
  first.kill("SIGKILL");
  await first.exited;
  letGo(undefined);
  expect(first.signalCode).toBe("SIGKILL");
  for (const child of others) {
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect({ exitCode: child.exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: threeOutput, stderr: "" });
  }
  expectWholeStore(scene.cache);
  await expectRuns(scene);
  expect(leftovers(scene.cache)).toEqual([]);
}, 60_000);

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} during a download: ${code}, nothing half-made, and the next run works`, async () => {
    const asked = Promise.withResolvers<void>();
    const { promise: hanging, resolve: letGo } = Promise.withResolvers<undefined>();
    scene.index.behave(
      /second-1\.0-.*\.whl$/,
      () => {
        asked.resolve();
        return hanging;
      },
      { times: 8 },
    );
    const child = Bun.spawn([scene.program, "run", "three.py"], {
      cwd: scene.directory,
      env: scene.environment,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    await asked.promise;
    child.kill(signal);
    const [stdout] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    letGo(undefined);
    expect({ code: child.exitCode, stdout }).toEqual({ code, stdout: "" });
    expectWholeStore(scene.cache);
    await expectRuns(scene);
    expect(leftovers(scene.cache)).toEqual([]);
  }, 30_000);
}
