/** Places that `--dir` may name, and those that it may not. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Problem } from "@vivarium/core/diagnostic";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import { leaseOf, removeEnvironment } from "./list-environments.ts";
import { checkDirectory, placedKind } from "./placed-environment.ts";
import { openScene, python } from "./testing/scene.ts";

const scene = openScene();
afterAll(scene.remove);
let wheel: StoredWheel;
beforeAll(async () => {
  wheel = await scene.wheel({ name: "kept", version: "1" });
});

function codeOf(directory: string, key: string, more: { clear?: boolean } = {}): string {
  try {
    checkDirectory({ store: scene.store, directory, key, clear: false, ...more });
    return "free";
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

test("an environment is replaced only with clear, and not while it is used", async () => {
  const directory = join(scene.root, "own");
  const record = await scene.environment("own-1", [wheel], { directory });
  expect(codeOf(directory, "own-1")).toBe("free");
  expect(codeOf(directory, "own-2")).toBe("E_ENV_EXISTS");
  expect(codeOf(directory, "own-2", { clear: true })).toBe("free");
  const end = scene.store.lease([leaseOf(scene.store, record)]);
  expect(codeOf(directory, "own-2", { clear: true })).toBe("E_ENV_IN_USE");
  end();
});

test("an environment that was moved is found and removed where it is now", async () => {
  const directory = join(scene.root, "before");
  const now = join(scene.root, "after");
  await scene.environment("moved", [wheel], { directory });
  renameSync(directory, now);
  expect(removeEnvironment(scene.store, now)).toMatchObject({ key: "moved", path: now });
  expect(existsSync(now)).toBe(false);
});

test("a pointer that says so already stays, one that does not is written anew", async () => {
  const directory = join(scene.root, "pointed");
  await scene.environment("pointed", [wheel], { directory });
  const folder = join(scene.store.root, placedKind);
  const pointer = readdirSync(folder)
    .map((name) => join(folder, name))
    .find((path) => readFileSync(path, "utf8").endsWith(directory));
  if (pointer === undefined) throw new Error("there is no pointer");
  const { ino } = statSync(pointer);
  rmSync(directory, { recursive: true });
  await scene.environment("pointed", [wheel], { directory });
  expect(statSync(pointer).ino).toBe(ino);
  writeFileSync(pointer, "pointed\n/elsewhere");
  rmSync(directory, { recursive: true });
  await scene.environment("pointed", [wheel], { directory });
  expect(readFileSync(pointer, "utf8")).toBe(`pointed\n${directory}`);
});

test("a link above it is another name of the same place, and no move", async () => {
  const directory = join(scene.root, "real", "env");
  await scene.environment("linked", [wheel], { directory });
  writeFileSync(join(directory, "notes.txt"), "mine");
  symlinkSync(join(scene.root, "real"), join(scene.root, "other"));
  const through = join(scene.root, "other", "env");
  expect(codeOf(through, "linked")).toBe("free");
  expect((await scene.environment("linked", [wheel], { directory: through })).path).toBe(directory);
  expect(existsSync(join(directory, "notes.txt"))).toBe(true);
});

test("one that is used is not replaced by other wheels either", async () => {
  const directory = join(scene.root, "used");
  const record = await scene.environment("used", [], { directory });
  const end = scene.store.lease([leaseOf(scene.store, record)]);
  const replaced = scene.environment("used", [wheel], { directory });
  expect(await replaced.catch((error: unknown) => error)).toMatchObject({ code: "E_ENV_IN_USE" });
  end();
  expect((await scene.environment("used", [wheel], { directory })).packages).toHaveLength(1);
});

test("a view that is missing is made again, and what the user put into the environment stays", async () => {
  const directory = join(scene.root, "mended");
  const record = await scene.environment("mended", [wheel], { directory });
  writeFileSync(join(directory, "notes.txt"), "mine");
  rmSync(record.view, { recursive: true });
  await scene.environment("mended", [wheel], { directory });
  expect(existsSync(join(directory, "notes.txt"))).toBe(true);
  expect(python(record, "import kept; print(kept.version)")).toBe("1");
});

test.each(["", "nowhere"])("a link to '%s' is refused: E_ENV_DIRECTORY_UNUSABLE", async (target) => {
  const link = join(scene.root, `link-${target}`);
  if (target === "") mkdirSync(join(scene.root, "empty"));
  symlinkSync(join(scene.root, target === "" ? "empty" : target), link);
  expect(codeOf(link, "k")).toBe("E_ENV_DIRECTORY_UNUSABLE");
  const made = scene.environment("k", [], { directory: link });
  expect(await made.catch((error: unknown) => error)).toMatchObject({
    code: "E_ENV_DIRECTORY_UNUSABLE",
    params: { path: link, reason: "it is a symbolic link" },
  });
});

describe("what the system refuses is told of the place", () => {
  test("no directory can be made there", async () => {
    const made = scene.environment("p", [], { directory: "/proc/nothere/env" });
    expect(await made.catch((error: unknown) => error)).toMatchObject({
      code: "E_ENV_DIRECTORY_UNUSABLE",
      params: { path: "/proc/nothere/env", reason: "nothing can be made there" },
    });
  });
});
