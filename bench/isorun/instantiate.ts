/** Instances of a component that is loaded, after the first: their modules are compiled, their adapters are there. */
import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { TimedContender } from "../contender.ts";
import type { Benchmark } from "../harness.ts";
import { compareOutputs } from "../pins.ts";
import { jcoInstances, openJco, versionsBesideJco } from "./jco.ts";
import { componentOf, describeSize } from "./sizes.ts";

/** Instances in one time; each is a memory, which the engine gives back later. */
const instances = 20;

export const instantiate: Benchmark = {
  name: "isorun.instantiate",
  summary: "Instances of one component after the first, beside jco's `instantiate` with compiled core modules. Of one.",
  rounds: 21,
  sets: ["text", "rust"],
  versions: versionsBesideJco,
  cases: async ({ scratch, sets }) => {
    const transpile = await openJco();
    return Promise.all(
      sets.map(async (set) => {
        const component = await componentOf(set);
        const theirs = await jcoInstances(transpile, { component, scratch: `${scratch}/${set}` });
        return {
          name: describeSize(set, component),
          contenders: [await ours(component, {}), timed("jco", theirs), await ours(component, { fuel: 10n ** 15n })],
          targets: [],
          ownLimit: { limit_ms: 0.5, aim_ms: 0.15 },
          compareWork: compareOutputs,
        };
      }),
    );
  },
};

async function ours(component: Uint8Array, budget: { readonly fuel?: bigint }): Promise<TimedContender> {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load(component)).budget(budget);
  return timed(budget.fuel === undefined ? "isorun" : "isorun with fuel", async () => {
    const handle = await builder.instantiate();
    await handle.terminate();
    return handle.exports;
  });
}

function timed(name: string, make: () => Promise<Readonly<Record<string, unknown>>>): TimedContender {
  return {
    name,
    measure: async () => {
      let made: Readonly<Record<string, unknown>> = {};
      const start = performance.now();
      for (let count = 0; count < instances; count += 1) made = await make();
      const durationMs = (performance.now() - start) / instances;
      return { durationMs, output: Object.keys(made).length > 0 ? "an instance with exports" : `${name} made nothing` };
    },
  };
}
