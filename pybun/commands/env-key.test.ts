/** What makes another environment of the same requirements: all that could make another answer. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import { openRunScene, type RunScene, runProgram } from "../../tests/run/run-scene.ts";
import { detailIn } from "./testing/detail-in.ts";

let scene: RunScene;
let mirror: FixtureIndex;
beforeAll(async () => {
  scene = await openRunScene();
  mirror = await startFixtureIndex();
  // Equal bytes: the wheels, and with them the packages, are the same from both.
  for (const index of [mirror, scene.index]) {
    index.add(buildWheel({ name: "beta", version: "0.5" }), { uploadTime: "2020-01-01T00:00:00Z" });
  }
  scene.write("none.txt", "alpha<9\n");
});
afterAll(async () => {
  await mirror.stop();
  await scene.close();
});

interface Made {
  readonly key: string;
  readonly path: string;
  readonly view: string;
  readonly packages: readonly { readonly sha256: string }[];
}

/** By the command's schema. */
const madeIn = async (stdout: string): Promise<Made> => (await detailIn(stdout, "env create")) as unknown as Made;

async function create(...words: readonly string[]): Promise<Made> {
  const { stdout, stderr, exitCode } = await scene.pybun(["env", "create", "beta", ...words, "--format=json"]);
  expect(exitCode, stdout + stderr).toBe(0);
  return madeIn(stdout);
}

describe("another environment, though the wheels are the same, by another", () => {
  const settings: readonly (readonly [string, () => readonly string[]])[] = [
    ["index", () => ["--default-index", mirror.simple]],
    ["further index", () => ["--index", mirror.simple]],
    ["place of files", () => ["--find-links", scene.directory]],
    ["strategy", () => ["--resolution", "lowest"]],
    ["pre-release mode", () => ["--prerelease", "allow"]],
    ["moment", () => ["--exclude-newer", "2030-01-01"]],
    ["earlier moment", () => ["--exclude-newer", "2029-01-01"]],
    ["constraint", () => ["-c", "none.txt"]],
    ["choice of files", () => ["--only-binary", "beta"]],
    ["way of installing", () => ["--materialize", "beta"]],
  ];
  const keys = new Set<string>();

  test.each(settings)(
    "%s",
    async (_, words) => {
      const plain = await create();
      const other = await create(...words());
      expect(other.packages).toEqual(plain.packages);
      expect(other.path).not.toBe(plain.path);
      expect((await create(...words(), "--offline")).path).toBe(other.path);
      expect(keys.has(other.key)).toBe(false);
      keys.add(other.key);
    },
    30_000,
  );

  test("but not by another spelling or order, nor by secrets of an index", async () => {
    const plain = await create("tool");
    const login = scene.index.simple.replace("://", "://user:word@");
    const { stdout } = await scene.pybun(["env", "create", "Tool", "BETA", "--default-index", login, "--format=json"]);
    expect((await madeIn(stdout)).key).toBe(plain.key);
  }, 30_000);
});

describe("another interpreter is one with another", () => {
  let own = "";
  let program = "";

  beforeAll(async () => {
    const ask = "import json, os, sys; print(json.dumps([os.path.realpath(sys.executable), sys.base_prefix]))";
    const { stdout } = await runProgram([scene.python, "-c", ask], {});
    const [found, prefix] = JSON.parse(stdout) as [string, string]; // what `ask` prints
    program = found;
    mkdirSync(join(scene.directory, "own/bin"), { recursive: true });
    for (const name of readdirSync(prefix).filter((entry) => entry.startsWith("lib"))) {
      symlinkSync(join(prefix, name), join(scene.directory, "own", name));
    }
    own = join(scene.directory, "own/bin/python3");
    copyFileSync(program, own);
    utimesSync(own, 1_700_000_000, 1_700_000_000);
  });

  const changes: readonly (readonly [string, () => void])[] = [
    ["time", () => utimesSync(own, 1_700_000_001, 1_700_000_001)],
    ["size", () => changeSize()],
    ["real path", () => moveBehindLink()],
  ];

  /** Programs run as well with bytes behind their end. */
  function changeSize(): void {
    appendFileSync(own, "more");
    utimesSync(own, 1_700_000_001, 1_700_000_001);
  }

  function moveBehindLink(): void {
    const moved = join(scene.directory, "own/bin/python3-moved");
    copyFileSync(own, moved);
    utimesSync(moved, 1_700_000_001, 1_700_000_001);
    rmSync(own);
    symlinkSync(moved, own);
  }

  test.each(changes)(
    "%s",
    async (_, change) => {
      const before = await create("--python", own);
      expect((await create("--python", own, "--offline")).path).toBe(before.path);
      change();
      const after = await create("--python", own, "--offline");
      expect(after.path).not.toBe(before.path);
      // What is laid out depends on the version and its ABI only.
      expect(after.view).toBe(before.view);
    },
    30_000,
  );
});
