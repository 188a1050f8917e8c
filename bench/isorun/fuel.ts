/** What counting fuel costs: kernels of one component in an instance with a budget of fuel, and in one without. */
import { join } from "node:path";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { oracleNode } from "../../tools/npm-oracles.ts";
import type { TimedContender } from "../contender.ts";
import type { Benchmark, Case } from "../harness.ts";
import { compareOutputs } from "../pins.ts";
import { type Kernel, kernels, openKernels, warmed } from "./fuel-kernels.ts";

const together = "all five";

type Run = (name: string, isCounted: boolean) => Kernel;

export const fuel: Benchmark = {
  name: "isorun.fuel",
  summary:
    "Five kernels with fuel, beside the same without, on Bun; `all five` is the geometric mean. Node beside them.",
  rounds: 9,
  sets: [...Object.keys(kernels), together],
  versions: async () => ({ bun: Bun.version, node: versionOf(await oracleNode()) }),
  cases: async ({ sets }) => {
    const text = await Bun.file(join(import.meta.dir, "fuel.wat")).text();
    const path = (await assembleFiles([text]))(text);
    const run = await openKernels(await Bun.file(path).bytes());
    for (const name of sets.includes(together) ? Object.keys(kernels) : sets) warmed(run, name);
    const node = await oracleNode();
    return sets.map((set) => caseOf(set, { run, inNode: (isCounted) => ofNode({ node, path, set, isCounted }) }));
  },
};

interface Sides {
  readonly run: Run;
  readonly inNode: (isCounted: boolean) => TimedContender;
}

function caseOf(set: string, { run, inNode }: Sides): Case {
  const [limit, aim] = set === together ? [1.25, 1.15] : [1.7, 1.4];
  const contender = (name: string, isCounted: boolean): TimedContender => ({
    name,
    measure: () => (set === together ? geometricMean(run, isCounted) : printed(run(set, isCounted))),
  });
  return {
    name: set,
    contenders: [
      contender("isorun with fuel", true),
      contender("without fuel", false),
      ...(set === together ? [] : [inNode(true), inNode(false)]),
    ],
    targets: [{ against: "without fuel", measure: "time", limit, aim }],
    compareWork: compareOutputs,
  };
}

const printed = ({ durationMs, result }: Kernel) => ({ durationMs, output: String(result) });

function geometricMean(run: Run, isCounted: boolean): { durationMs: number; output: string } {
  const all = Object.keys(kernels).map((name) => run(name, isCounted));
  const product = all.reduce((sum, { durationMs }) => sum + Math.log(durationMs), 0);
  return { durationMs: Math.exp(product / all.length), output: all.map(({ result }) => String(result)).join(" ") };
}

interface NodeRun {
  readonly node: string;
  readonly path: string;
  readonly set: string;
  readonly isCounted: boolean;
}

/** A process for each time, which runs the kernel often enough to be compiled. */
function ofNode({ node, path, set, isCounted }: NodeRun): TimedContender {
  return {
    name: isCounted ? "Node with fuel" : "Node without",
    measure: () => {
      const ran = Bun.spawnSync([node, join(import.meta.dir, "fuel-kernels.ts"), path, set, "5"]);
      if (ran.exitCode !== 0) throw new Error(`Node failed: ${ran.stderr.toString()}`);
      // Printed by fuel-kernels.ts.
      const { bareMs, countedMs, results } = JSON.parse(ran.stdout.toString()) as {
        bareMs: number;
        countedMs: number;
        results: readonly [unknown, unknown];
      };
      return { durationMs: isCounted ? countedMs : bareMs, output: String(results[isCounted ? 1 : 0]) };
    },
  };
}

const versionOf = (node: string): string =>
  Bun.spawnSync([node, "--version"]).stdout.toString().trim().replace("v", "");
