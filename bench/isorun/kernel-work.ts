/** Runs kernels in this process, with fuel or without: what isorun.fuel times on Bun. */
import { readFileSync } from "node:fs";
import { middleOf, openKernels } from "./fuel-kernels.ts";
import type { KernelsJob, Measure } from "./job.ts";

/** Until the engine has compiled it for good, which it does beside, and when loops are hot. */
const warmUps = 60;
const timed = 9;

export async function openRunning({ path, names, isFuelCounted }: KernelsJob): Promise<Measure> {
  const run = await openKernels(readFileSync(path));
  const middle = (name: string) => {
    for (let round = 0; round < warmUps; round += 1) run(name, isFuelCounted);
    const runs = Array.from({ length: timed }, () => run(name, isFuelCounted));
    return {
      durationMs: middleOf(runs.map(({ durationMs }) => durationMs)),
      results: runs.map(({ result }) => result),
    };
  };
  return async () => {
    const all = names.map(middle);
    const logarithms = all.map(({ durationMs }) => Math.log(durationMs));
    const durationMs = Math.exp(logarithms.reduce((sum, value) => sum + value, 0) / all.length);
    const results = all.map((kernel) => [...new Set(kernel.results)].join(" and "));
    return { durationMs, output: results.join(", ") };
  };
}
