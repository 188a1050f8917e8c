/**
 * What counting fuel costs: kernels of one component in an instance with a budget of fuel, and in one without. Each time
 * is of a new process, and of several places in it where the engine puts the code (kernel-work.ts).
 */
import { join } from "node:path";
import { programVersion } from "@vivarium/core/version";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { oracleNode } from "../../tools/npm-oracles.ts";
import type { TimedContender } from "../contender.ts";
import type { Benchmark, Case } from "../harness.ts";
import { compareOutputs } from "../pins.ts";
import { freshProcesses } from "./contender-process.ts";
import { type Counted, kernels } from "./fuel-kernels.ts";

const together = "all five";

export const fuel: Benchmark = {
  name: "isorun.fuel",
  summary:
    "Five kernels with fuel, beside the same without, on Bun; `all five` is the geometric mean. Each round of each contender is a new process, which compiles the component five times, because the same code is fast or slow by where the engine puts it, and runs the kernel of each until it is warm: the geometric mean of their medians. With a limit of time as well, clocks are looked at every million instructions. Node beside them, with fuel and without in one process. The results are compared.",
  rounds: 9,
  sets: [...Object.keys(kernels), together],
  versions: async () => ({ isorun: programVersion, bun: Bun.version, node: versionOf(await oracleNode()) }),
  cases: async ({ sets }) => {
    const text = await Bun.file(join(import.meta.dir, "fuel.wat")).text();
    const path = (await assembleFiles([text]))(text);
    const node = await oracleNode();
    return sets.map((set) => caseOf(set, { path, node }));
  },
};

interface Setting {
  readonly path: string;
  readonly node: string;
}

function caseOf(set: string, { path, node }: Setting): Case {
  const [limit, aim] = set === together ? [1.25, 1.15] : [1.7, 1.4];
  const names = set === together ? Object.keys(kernels) : [set];
  const contender = (name: string, counted: Counted): TimedContender =>
    freshProcesses({ name, job: { kind: "run kernels", path, names, counted } });
  return {
    name: set,
    contenders: [
      contender("isorun with fuel", "fuel"),
      contender("without fuel", "nothing"),
      contender("with fuel and time", "fuel and time"),
      ...(set === together ? [] : bothInNode(set, { path, node })),
    ],
    targets: [{ against: "without fuel", measure: "time", limit, aim }],
    compareWork: compareOutputs,
  };
}

type Side = "counted" | "bare";
type Sides = Readonly<Record<Side, { readonly durationMs: number; readonly output: string }>>;

/** A process measures both; whoever comes second in a round takes what the first one left. */
function bothInNode(set: string, setting: Setting): readonly TimedContender[] {
  let left: Partial<Sides> = {};
  const take = (side: Side, other: Side) => {
    const known = left[side];
    const sides = known === undefined ? inNode(set, setting) : undefined;
    left = sides === undefined ? {} : { [other]: sides[other] };
    return known ?? sides?.[side] ?? { durationMs: Number.NaN, output: "" };
  };
  return [
    { name: "Node with fuel", measure: () => take("counted", "bare") },
    { name: "Node without", measure: () => take("bare", "counted") },
  ];
}

function inNode(set: string, { path, node }: Setting): Sides {
  const ran = Bun.spawnSync([node, join(import.meta.dir, "fuel-kernels.ts"), path, set, "5"]);
  if (ran.exitCode !== 0) throw new Error(`Node failed: ${ran.stderr.toString()}`);
  // Printed by fuel-kernels.ts.
  const { bareMs, countedMs, results } = JSON.parse(ran.stdout.toString()) as {
    bareMs: number;
    countedMs: number;
    results: readonly [bare: unknown, counted: unknown];
  };
  const [bare, counted] = results.map(String);
  return {
    bare: { durationMs: bareMs, output: bare ?? "" },
    counted: { durationMs: countedMs, output: counted ?? "" },
  };
}

const versionOf = (node: string): string =>
  Bun.spawnSync([node, "--version"]).stdout.toString().trim().replace("v", "");
