/**
 * Whatever stands in the place of a small file of the store: no command takes it for a bug of ours or waits for ever, and
 * the commands themselves, or `cache verify`, mend it. What a file may hold is tested beside its readers.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { globSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environmentKind } from "../../pybun/env/environment-record.ts";
import { viewKind } from "../../pybun/env/view.ts";
import { choiceKind } from "../../pybun/install/choice.ts";
import { wheelKind } from "../../pybun/wheel/stored-wheel.ts";
import { openRunScene, type RunScene } from "../run/run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

const files = {
  "an answer of an interpreter": "interpreters/*.json",
  "a wheel's manifest": `${wheelKind}/*/manifest.json`,
  "a wheel's list of files": `${wheelKind}/*/files.json`,
  "a view's seal": `${viewKind}/*/seal.json`,
  "an environment's record": `${environmentKind}/*/record.json`,
  "a choice": `${choiceKind}/*`,
};

const damages: Readonly<Record<string, (path: string) => void>> = {
  null: (path) => writeFileSync(path, "null"),
  "{}": (path) => writeFileSync(path, "{}"),
  garbage: (path) => writeFileSync(path, "\u0000{garbage"),
  "a directory": (path) => mkdirSync(join(path, "below"), { recursive: true }),
  "a circle of links": (path) => symlinkSync(path, path),
  "a FIFO": (path) => void Bun.spawnSync(["mkfifo", path]),
};

const program = "import tool; print('works')";
const run = ["run", "--with", "tool", "-c", program];
const commands: readonly (readonly string[])[] = [
  run,
  ["env", "create", "tool", "--refresh"],
  ["env", "list"],
  ["cache", "verify"],
  ["cache", "clean"],
];

const works = { exitCode: 0, stdout: "works\n" };

for (const [name, pattern] of Object.entries(files)) {
  describe(name, () => {
    for (const [damage, make] of Object.entries(damages)) {
      test(damage, async () => {
        for (const command of commands) {
          expect(await scene.pybun(run)).toMatchObject(works);
          const found = globSync(pattern, { cwd: scene.cache });
          expect(found).not.toEqual([]);
          for (const path of found.map((one) => join(scene.cache, one))) {
            rmSync(path, { recursive: true });
            make(path);
          }
          const { exitCode, stderr } = await scene.pybun(command);
          const isTold = command[1] === "verify" && exitCode === 76;
          expect([exitCode === 0 || isTold, command, stderr]).toEqual([true, command, stderr]);
        }
        expect(await scene.pybun(run)).toMatchObject(works);
        expect(await scene.pybun(["cache", "verify"])).toMatchObject({ exitCode: 0 });
      }, 60_000);
    }
  });
}
