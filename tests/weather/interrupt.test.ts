/**
 * Ctrl-C at any time: at a call of each step of an installation, to the last one before the program starts. Always 130, no program, nothing half-made; the next run works. The wait for a server is in
 * at-once.test.ts, the running program in tests/run/terminal.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { openRunScene, type RunScene } from "../run/run-scene.ts";
import { type DiskCall, traceRun } from "./kill-at-calls.ts";
import { addThreeWheels, expectRuns, expectWholeStore, leftovers, threeScript } from "./weather-scene.ts";

let scene: RunScene;
let calls: readonly DiskCall[];

beforeAll(async () => {
  scene = await openRunScene();
  addThreeWheels(scene);
  scene.write("three.py", threeScript);
  ({ calls } = await traceRun(scene, ["run", "three.py"]));
}, 30_000);

afterAll(() => scene.close());

const steps: readonly (readonly [string, RegExp])[] = [
  ["resolving", /^write .*\/index-v\d+\/.*second/],
  ["downloading", /^write .*\/archive/],
  ["unpacking", /^write .*\/entry\/tree\/third\.py/],
  ["publishing a wheel", /^rename .*\/wheels-v\d+\//],
  ["linking the view", /^symlink .*\/site-packages/],
  ["publishing the environment", /^rename .*\/envs-v\d+\//],
  ["remembering the choice", /^rename .*\/choices-v\d+\//],
  ["remembering the run", /^rename .*\/runs-v\d+\//],
];

describe("Ctrl-C while", () => {
  for (const [step, pattern] of steps) {
    test(step, async () => {
      const call = calls.find(({ does }) => pattern.test(does)) ?? expect.unreachable();
      rmSync(scene.cache, { recursive: true });
      const { exitCode, stdout, signalled } = await traceRun(scene, ["run", "three.py"], { call, signal: "SIGINT" });
      expect({ signalled, exitCode, stdout }).toEqual({ signalled: true, exitCode: 130, stdout: "" });
      expectWholeStore(scene.cache);
      expect(leftovers(scene.cache)).toEqual([]);
      await expectRuns(scene);
    }, 30_000);
  }
});
