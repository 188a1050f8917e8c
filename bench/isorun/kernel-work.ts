/** Runs kernels in this process, with fuel or without: what isorun.fuel times on Bun. */
import { readFileSync } from "node:fs";
import { middleOf, openKernels } from "./fuel-kernels.ts";
import type { KernelsJob, Measure } from "./job.ts";

/**
 * How often the component is loaded and compiled anew. The same code is fast or slow by where the engine puts it: a loop
 * of `sort` takes 3.0 or 4.5 ms without fuel.
 */
const placements = 5;
/** Until the engine has compiled it for good, which it does beside, and when loops are hot. */
const warmUps = 20;
const timed = 7;

export async function openRunning({ path, names, counted }: KernelsJob): Promise<Measure> {
  const component = readFileSync(path);
  const measure = async (name: string) => {
    const times: number[] = [];
    const results = new Set<unknown>();
    for (let placement = 0; placement < placements; placement += 1) {
      const run = await openKernels(component, counted);
      for (let round = 0; round < warmUps; round += 1) run(name);
      const timedRuns = Array.from({ length: timed }, () => run(name));
      for (const { result } of timedRuns) results.add(result);
      times.push(middleOf(timedRuns.map(({ durationMs }) => durationMs)));
    }
    return { durationMs: geometricMean(times), result: [...results].join(" and ") };
  };
  return async () => {
    const all: Awaited<ReturnType<typeof measure>>[] = [];
    for (const name of names) all.push(await measure(name));
    return {
      durationMs: geometricMean(all.map(({ durationMs }) => durationMs)),
      output: all.map(({ result }) => result).join(", "),
    };
  };
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
