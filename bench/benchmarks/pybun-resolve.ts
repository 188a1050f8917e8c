/** Resolutions, with every page and all metadata in the cache, and with nothing there. The solver runs each time. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import { moveAside } from "../fresh-place.ts";
import type { Benchmark, Case } from "../harness.ts";
import { comparePins } from "../pins.ts";
import { openSetting, requirementSets, type Setting, writeUvConfig } from "../setting.ts";

const sets = ["S1", "S2", "S3", "S4"];

export const resolveWarm: Benchmark = {
  name: "pybun.resolve-warm",
  summary: "`pybun resolve` beside `uv pip compile`, both from warm caches, pages believed for 600 s by both.",
  rounds: 15,
  sets,
  cases: async ({ scratch, sets: chosen }) => {
    const setting = await openSetting(scratch);
    const config = writeUvConfig(setting);
    return chosen.map((set) => caseOf(setting, { set, limit: 1.5, aim: 0.999, uvOptions: ["--config-file", config] }));
  },
};

export const resolveCold: Benchmark = {
  name: "pybun.resolve-cold",
  summary: "`pybun resolve` with an empty cache beside `uv pip compile --no-cache`.",
  rounds: 9,
  sets,
  cases: async ({ scratch, sets: chosen }) => {
    const setting = await openSetting(scratch);
    const empty = () => moveAside(setting.environment["VIVARIUM_HOME"] ?? "", setting.scratch);
    return chosen.map((set) => caseOf(setting, { set, limit: 1, aim: 0.6, uvOptions: ["--no-cache"], prepare: empty }));
  },
};

interface CaseShape {
  readonly set: string;
  readonly limit: number;
  readonly aim: number;
  readonly uvOptions: readonly string[];
  readonly prepare?: () => void;
}

function caseOf(setting: Setting, { set, limit, aim, uvOptions, prepare }: CaseShape): Case {
  const { environment, scratch: cwd, pybun, uv, python } = setting;
  const requirements = requirementSets[set];
  if (requirements === undefined) throw new Error(`no set of requirements is called '${set}'`);
  const file = join(cwd, `${set}.in`);
  writeFileSync(file, `${requirements.join("\n")}\n`);
  const ours: Contender = {
    name: "pybun",
    command: [pybun, "resolve", "-r", file, "--output-format", "requirements"],
    cwd,
    environment,
    ...(prepare === undefined ? {} : { prepare }),
  };
  const compile = ["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", python];
  return {
    name: set,
    contenders: [ours, { name: "uv", command: [uv, ...compile, ...uvOptions, file], cwd, environment }],
    targets: [{ against: "uv", measure: "time", limit, aim }],
    compareWork: comparePins,
  };
}
