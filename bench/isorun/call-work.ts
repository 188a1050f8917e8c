/** Calls into a component, and into a core module, in this process: what isorun.call-host times of isorun and of the engine. */
import { readFileSync } from "node:fs";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { awaitedLoop, synchronousLoop } from "./call-loops.ts";
import type { CallCoreJob, CallJob, Measure } from "./job.ts";

export async function openCalling({ path, name, isAwaited, calls }: CallJob): Promise<Measure> {
  const runtime = new Runtime();
  const handle = await runtime.instance(await runtime.load(readFileSync(path))).instantiate();
  return isAwaited
    ? awaitedLoop(async (...args) => handle.call(name, args), calls)
    : synchronousLoop(handle.func(name), calls);
}

/** A module with the same function as the component's core module has: `() → i32`, which gives 7. */
const module = "0061736d010000000105016000017f03020100070a01066e756d62657200000a0601040041070b";

export function openCallingCore({ calls }: CallCoreJob): Measure {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.fromHex(module)));
  // The module exports one function.
  return synchronousLoop(exports["number"] as () => number, calls);
}
