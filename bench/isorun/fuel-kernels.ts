/** Runs the kernels of fuel.wat; in Node this is a program: FILE NAME TIMES, which prints the times of both and results. */
import { readFileSync } from "node:fs";
import { Runtime } from "../../isorun/runtime/runtime.ts";

/** How much each has to do for some ten milliseconds. */
export const kernels: Readonly<Record<string, number>> = { fib: 30, sieve: 20, matmul: 30, sort: 8, hash: 150 };

export interface Kernel {
  readonly durationMs: number;
  readonly result: unknown;
}

/** With fuel, and without, of one component. */
export async function openKernels(component: Uint8Array): Promise<(name: string, isCounted: boolean) => Kernel> {
  const runtime = new Runtime();
  const loaded = await runtime.load(component);
  const bare = await runtime.instance(loaded).instantiate();
  const counted = await runtime
    .instance(loaded)
    .budget({ fuel: 2n ** 62n })
    .instantiate();
  return (name, isCounted) => {
    const func = (isCounted ? counted : bare).func(name);
    const start = performance.now();
    const result = func(kernels[name]);
    return { durationMs: performance.now() - start, result };
  };
}

/** Until engines have compiled it for good, for which they wait for loops to be hot. @returns the last of each side */
function warmed(run: (name: string, isCounted: boolean) => Kernel, name: string): [bare: Kernel, counted: Kernel] {
  for (let round = 0; round < 8; round += 1) {
    run(name, false);
    run(name, true);
  }
  return [run(name, false), run(name, true)];
}

/** Medians of rounds that alternate. */
export async function measureKernel(component: Uint8Array, { name, rounds }: { name: string; rounds: number }) {
  const run = await openKernels(component);
  const times: Record<"bare" | "counted", number[]> = { bare: [], counted: [] };
  let [bare, counted] = warmed(run, name);
  for (let round = 0; round < rounds; round += 1) {
    bare = run(name, false);
    counted = run(name, true);
    times.bare.push(bare.durationMs);
    times.counted.push(counted.durationMs);
  }
  return { bareMs: middleOf(times.bare), countedMs: middleOf(times.counted), results: [bare.result, counted.result] };
}

export const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

if (import.meta.main) {
  const [path = "", name = "", rounds = "1"] = process.argv.slice(2);
  console.log(JSON.stringify(await measureKernel(readFileSync(path), { name, rounds: Number(rounds) })));
}
