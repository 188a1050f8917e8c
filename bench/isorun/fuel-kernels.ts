/** Runs the kernels of fuel.wat; in Node this is a program: FILE NAME TIMES, which prints the times of both and results. */
import { readFileSync } from "node:fs";
import { Runtime } from "../../isorun/runtime/runtime.ts";

/** How much each has to do for some ten milliseconds. */
export const kernels: Readonly<Record<string, number>> = { fib: 30, sieve: 20, matmul: 30, sort: 8, hash: 150 };

export interface Kernel {
  readonly durationMs: number;
  readonly result: unknown;
}

/** A limit of time is looked at while the kernel runs, and one of fuel alone is not. */
const budgets = {
  nothing: {},
  fuel: { fuel: 2n ** 62n },
  "fuel and time": { fuel: 2n ** 62n, wallMs: 86_400_000 },
} as const;

export type Counted = keyof typeof budgets;

type Run = (name: string) => Kernel;

/** Loads and compiles the component anew. */
export async function openKernels(component: Uint8Array, counted: Counted): Promise<Run> {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load(component)).budget(budgets[counted]);
  const instance = await builder.instantiate();
  return (name) => {
    const func = instance.func(name);
    const start = performance.now();
    const result = func(kernels[name]);
    return { durationMs: performance.now() - start, result };
  };
}

/** Until engines have compiled it for good, for which they wait for loops to be hot. */
const warmUps = 8;

/** Medians of rounds that alternate. */
export async function measureKernel(component: Uint8Array, { name, rounds }: { name: string; rounds: number }) {
  const sides = [await openKernels(component, "nothing"), await openKernels(component, "fuel")] as const;
  for (let round = 0; round < warmUps; round += 1) for (const run of sides) run(name);
  const runs = Array.from({ length: rounds }, () => sides.map((run) => run(name)));
  const [bare = [], counted = []] = sides.map((_, side) => runs.flatMap((pair) => pair[side] ?? []));
  return {
    bareMs: middleOf(bare.map(({ durationMs }) => durationMs)),
    countedMs: middleOf(counted.map(({ durationMs }) => durationMs)),
    results: [bare[0]?.result, counted[0]?.result],
  };
}

export const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

if (import.meta.main) {
  const [path = "", name = "", rounds = "1"] = process.argv.slice(2);
  console.log(JSON.stringify(await measureKernel(readFileSync(path), { name, rounds: Number(rounds) })));
}
