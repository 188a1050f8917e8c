/**
 * SIGKILL in the middle of an installation of three wheels, of a refresh, of a replacement at a place, and of an
 * environment from a record. Here at a few
 * of the calls that change the disk; at every one of them with `npm run test:kill` (tests/scoreboards/kill.txt).
 */
import { expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DiskCall } from "./kill-at-calls.ts";
import { killShapes, openKillScene } from "./kill-scenarios.ts";

/** Places where something becomes visible or leaves: the steps between which a state could be half. */
const telling: Readonly<Record<string, readonly RegExp[]>> = {
  "new environment": [
    /^rename .*\/wheels-v\d+\//,
    /^symlink .*site-packages/,
    /^rename .*\/envs-v\d+\//,
    /^rename .*\/choices/,
  ],
  "refreshed environment": [/^write .*\/choices/, /^rename .*\/choices/],
  "environment replaced at its place": [/^write place\/.*pyvenv.cfg/, /^renameat2 place\//, /^unlinkat place\//],
  "environment from a record": [/^write place\/.*pyvenv.cfg/, /^rename .*\/placed-/, /^rename place\//],
};

for (const shape of killShapes) {
  test(`${shape.name}: killed at a telling call, the store is whole and the next run works`, async () => {
    const scene = await openKillScene(shape);
    try {
      for (const pattern of telling[shape.name] ?? []) {
        const call = scene.calls.find(({ does }) => pattern.test(does));
        expect(call, `${pattern} is among the calls`).toBeDefined();
        // Found just above.
        expect({ call, ...(await scene.attempt(call as DiskCall)) }).toEqual({ call, killed: true, complaints: [] });
      }
    } finally {
      await scene.close();
    }
  }, 30_000);
}

test("canary: what is half is noticed", async () => {
  const [shape] = killShapes;
  if (shape === undefined) throw new Error("there are shapes");
  const scene = await openKillScene(shape);
  try {
    const [environment] = scene.environments();
    expect(existsSync(environment ?? "")).toBe(true);
    rmSync(join(environment ?? "", "lib"), { recursive: true });
    const complaints = await scene.complaints();
    expect(complaints.join("\n")).toContain("'~vivarium-view.pth' is gone");
  } finally {
    await scene.close();
  }
}, 30_000);
