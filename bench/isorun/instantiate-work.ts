/** Instances of one component in this process: what isorun.instantiate times of isorun. */
import { readFileSync } from "node:fs";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { openInstances } from "./instances.ts";
import type { InstantiateJob, Measure } from "./job.ts";

export async function openInstantiating({ path, isFuelCounted, alive, probe }: InstantiateJob): Promise<Measure> {
  const runtime = new Runtime();
  const budget = isFuelCounted ? { fuel: 10n ** 15n } : {};
  const builder = runtime.instance(await runtime.load(readFileSync(path), { budget })).budget(budget);
  return openInstances({
    alive,
    make: async () => builder.instantiate(),
    release: async (instance) => instance.terminate(),
    use: async (instance) => instance.call(`${probe.interface}#${probe.func}`, probe.args),
  });
}
