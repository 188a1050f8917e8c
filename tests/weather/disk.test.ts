/** Disks that are missing, read-only, full, or changed behind our back. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { overwrite } from "../../pybun/wheel/testing/overwrite.ts";
import { buildWheel } from "../fixture-index/index.ts";
import { openRunScene, type RunScene } from "../run/run-scene.ts";
import { runWithMount } from "./run-with-mount.ts";
import { addThreeWheels, expectRuns, expectWholeStore, leftovers, threeOutput, threeScript } from "./weather-scene.ts";

let scene: RunScene;

beforeEach(async () => {
  scene = await openRunScene();
  addThreeWheels(scene);
  scene.write("three.py", threeScript);
});

afterEach(() => scene.close());

test("a cache directory that is missing is made", async () => {
  await expectRuns(scene);
  rmSync(scene.cache, { recursive: true });
  await expectRuns(scene);
  expectWholeStore(scene.cache);
});

test("a cache is marked as one, whoever makes it first", async () => {
  for (const args of [
    ["run", "three.py"],
    ["run", "-c", "0"],
    ["env", "create", "first"],
  ]) {
    rmSync(scene.cache, { recursive: true, force: true });
    expect(await scene.pybun(args)).toMatchObject({ exitCode: 0 });
    expect(await Bun.file(join(scene.cache, "CACHEDIR.TAG")).text()).toStartWith("Signature: 8a477f597d28d172789f0688");
  }
});

test("a cache that is a file: 74", async () => {
  scene.write("vivarium/cache", "");
  const { exitCode, stderr } = await scene.pybun(["run", "three.py"]);
  expect(exitCode).toBe(74);
  expect(stderr).toContain("E_STORE_NOT_DIRECTORY");
});

async function runMounted(mount: string, args = "run three.py", before = "") {
  const place = { cwd: scene.directory, env: scene.environment };
  return runWithMount(mount, `${before}exec "${scene.program}" ${args}`, place);
}

describe("a read-only cache", () => {
  const readOnly = (): string =>
    `mkdir -p "${scene.cache}"; mount --bind "${scene.cache}" "${scene.cache}"; mount -o remount,ro,bind "${scene.cache}"`;

  test("stops what needs a new environment: 74, and nothing is changed", async () => {
    const { exitCode, stderr } = await runMounted(readOnly());
    expect(exitCode).toBe(74);
    expect(stderr).toContain("E_STORE_READ_ONLY");
    expect(readdirSync(scene.cache)).toEqual([]);
  });

  test("does not hinder a script that needs none", async () => {
    scene.write("plain.py", "print('plain')\n");
    const { exitCode, stdout } = await runMounted(readOnly(), "run plain.py");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "plain\n" });
  });

  test("does not hinder an environment that is there", async () => {
    await expectRuns(scene);
    const { exitCode, stdout } = await runMounted(readOnly());
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: threeOutput });
  });
});

test("a cache without the right to write: 74 for a user who is not root", async () => {
  mkdirSync(scene.cache, { recursive: true });
  chmodSync(scene.cache, 0o555);
  const { exitCode, stderr, stdout } = await scene.pybun(["run", "three.py"]);
  chmodSync(scene.cache, 0o755);
  if (process.getuid?.() === 0) expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: threeOutput });
  else {
    expect(exitCode).toBe(74);
    expect(stderr).toContain("E_STORE_PERMISSION");
  }
});

test("a full disk: 74, and with room again the next run works", async () => {
  mkdirSync(scene.cache, { recursive: true });
  const noise = Buffer.alloc(3 << 20, 7);
  scene.index.add(buildWheel({ name: "large", version: "1.0", files: { "large.py": "x = 1\n", "noise.bin": noise } }));
  scene.write("large.py", threeScript.replace('"first"', '"first", "large"'));
  const mount = `mount -t tmpfs -o size=1m tmpfs "${scene.cache}"`;
  const fill = `"${scene.program}" run large.py 2>"${scene.directory}/full" || echo "code $?" >"${scene.directory}/code"; `;
  const { stdout, exitCode } = await runMounted(mount, "run three.py", fill);
  expect(await Bun.file(join(scene.directory, "code")).text()).toBe("code 74\n");
  expect(await Bun.file(join(scene.directory, "full")).text()).toContain("E_STORE_FULL");
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: threeOutput });
}, 30_000);

test("a disk that is full before a download ends: 74 at once, and no word about the network", async () => {
  mkdirSync(scene.cache, { recursive: true });
  const noise = randomBytes(3 << 20);
  scene.index.add(buildWheel({ name: "large", version: "1.0", files: { "large.py": "x = 1\n", "noise.bin": noise } }));
  const mount = `mount -t tmpfs -o size=1m tmpfs "${scene.cache}"`;
  const { stderr, exitCode } = await runMounted(mount, "run --with large -c 0");
  expect(stderr).toContain("E_STORE_FULL");
  expect(stderr).not.toContain("E_INDEX");
  expect(exitCode).toBe(74);
}, 30_000);

describe("a store that was changed behind our back", () => {
  const entries = (prefix: string): readonly string[] =>
    readdirSync(scene.cache)
      .filter((kind) => kind.startsWith(prefix))
      .flatMap((kind) => readdirSync(join(scene.cache, kind)).map((key) => join(scene.cache, kind, key)));

  test("a wheel without one of its files is fetched again, with a warning", async () => {
    await expectRuns(scene);
    for (const path of [...entries("envs-"), ...entries("views-")]) rmSync(path, { recursive: true });
    const damaged = entries("wheels-").find((path) => existsSync(join(path, "tree", "third.py"))) ?? "";
    rmSync(join(damaged, "tree", "third.py"));
    const { exitCode, stdout, stderr } = await scene.pybun(["run", "three.py"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: threeOutput });
    expect(stderr).toContain("W_STORE_REPAIRED");
    await expectRuns(scene);
  });

  test("a manifest that is no JSON any more: the same", async () => {
    await expectRuns(scene);
    for (const path of [...entries("envs-"), ...entries("views-")]) rmSync(path, { recursive: true });
    for (const path of entries("wheels-")) overwrite(join(path, "manifest.json"), "{");
    const { exitCode, stdout } = await scene.pybun(["run", "three.py"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: threeOutput });
    expectWholeStore(scene.cache);
  });

  test("verifying keeps what was put into an environment whose wheel was damaged: W_ENV_VIEW_GONE", async () => {
    await expectRuns(scene);
    const environment = join(entries("envs-").join(), "environment");
    const mine = join(globSync(join(environment, "lib/python*/site-packages")).join(), "mine.py");
    writeFileSync(mine, "value = 'mine'\n");
    const third = entries("wheels-").map((path) => join(path, "tree", "third.py"));
    overwrite(third.find((path) => existsSync(path)) ?? "", "value = 0\n");

    const first = await scene.pybun(["cache", "verify"]);
    expect(first.exitCode).toBe(76);
    expect(first.stderr).toContain(`warning[W_ENV_VIEW_GONE]: the environment '${environment}'`);
    expect(await scene.pybun(["cache", "verify"])).toMatchObject({ exitCode: 0 });
    await expectRuns(scene);
    expect(readFileSync(mine, "utf8")).toBe("value = 'mine'\n");
    expect(await scene.pybun(["cache", "verify"])).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("an environment without its record, its interpreter or its view is made again", async () => {
    await expectRuns(scene);
    const breakages: readonly (() => void)[] = [
      () => entries("envs-").forEach((path) => rmSync(join(path, "record.json"))),
      () => entries("envs-").forEach((path) => rmSync(join(path, "environment", "bin", "python"))),
      () => entries("views-").forEach((path) => rmSync(path, { recursive: true })),
      () => entries("wheels-").forEach((path) => rmSync(path, { recursive: true })),
    ];
    for (const destroy of breakages) {
      destroy();
      if (destroy === breakages[3]) entries("envs-").forEach((path) => rmSync(path, { recursive: true }));
      await expectRuns(scene);
    }
    expect(leftovers(scene.cache)).toEqual([]);
  }, 30_000);
});
