/**
 * SIGKILL in the middle of an installation of three wheels. Here a dozen points spread over the calls; all of them with
 * `npm run test:kill` (VIVARIUM_KILL=all), which takes some ten minutes.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { openRunScene, type RunScene } from "../run/run-scene.ts";
import { countCalls, killAt, type MutatingCall } from "./kill-at-calls.ts";
import { addThreeWheels, expectRuns, expectWholeStore, leftovers, threeScript } from "./weather-scene.ts";

const everywhere = process.env["VIVARIUM_KILL"] === "all";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
  addThreeWheels(scene);
  scene.write("three.py", threeScript);
});

afterAll(() => scene.close());

/** Every n-th place of a call; the first and the last always. */
function places(count: number, most: number): readonly number[] {
  const step = Math.max(1, Math.ceil(count / most));
  const found = Array.from({ length: Math.ceil(count / step) }, (_, place) => 1 + place * step);
  return [...new Set([...found, count])];
}

async function expectSurvives(call: MutatingCall, when: number): Promise<boolean> {
  const killed = await killAt(scene, call, when);
  expectWholeStore(scene.cache);
  await expectRuns(scene);
  await scene.pybun(["run", "-c", "0"]);
  expect(leftovers(scene.cache), `${call} ${when}`).toEqual([]);
  return killed.exitCode === 137;
}

test(
  "whatever the call, the store is whole, the next run works, and nothing is left over",
  async () => {
    const counts = await countCalls(scene);
    expect(counts.get("rename")).toBeGreaterThan(3);
    let kills = 0;
    for (const [call, count] of counts) {
      const most = everywhere ? count : call === "rename" ? 4 : 1;
      for (const when of places(count, most)) if (await expectSurvives(call, when)) kills++;
    }
    // Proves that the injection works: most of these runs were really killed.
    expect(kills).toBeGreaterThan(5);
  },
  everywhere ? 3_600_000 : 90_000,
);
