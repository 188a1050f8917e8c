import { expect, spyOn, test } from "bun:test";
import { InstanceBuilder } from "../../isorun/runtime/instance-builder.ts";
import { runKinds } from "./run-cases.ts";

const scenes = 130;

test(`${scenes} cases leave no instance behind, however their calls end`, async () => {
  const made = spyOn(InstanceBuilder.prototype, "instantiate");
  const endings = new Set<string>();
  try {
    for (let scene = 0; scene < scenes; scene += 1) {
      const before = made.mock.results.length;
      const ending = await runKinds.run.run({ scene, call: 0 });
      // A promise for a handle.
      const instances = made.mock.results
        .slice(before)
        .map(({ value }) => value as Promise<{ readonly state: string }>);
      for (const instance of await Promise.allSettled(instances)) {
        if (instance.status === "rejected") continue;
        endings.add(ending);
        const isReady = instance.value.state === "ready";
        expect({ scene, ending, isReady }).toEqual({ scene, ending, isReady: false });
      }
    }
  } finally {
    made.mockRestore();
  }
  expect([...endings]).toEqual(expect.arrayContaining(["values", "trap", "unsupported"]));
}, 60_000);
