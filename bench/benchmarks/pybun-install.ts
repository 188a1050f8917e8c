/** An environment from pins: from a warm cache, where linking is all, and from nothing, where downloads count. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { normalizeName } from "@vivarium/pybun/versions/name";
import { endBackgroundWork } from "../background-work.ts";
import type { CommandContender } from "../contender.ts";
import { moveAside, settleDisk } from "../fresh-place.ts";
import type { Benchmark, Case, Target } from "../harness.ts";
import { openSetting, requirementSets, type Setting, writeUvConfig } from "../setting.ts";

export const installWarm: Benchmark = {
  name: "pybun.install-warm",
  summary:
    "`pybun env create` beside `uv pip install` into a fresh venv (making that is not timed), warm caches, same pins. `env create` takes the wheels that it remembers for the same wish and asks neither index nor resolver; uv resolves the pins from its cache, with a page life of 600 s.",
  rounds: 9,
  sets: ["S4"],
  cases: async ({ scratch, sets }) => {
    const setting = await openSetting(scratch);
    const believing = ["--config-file", writeUvConfig(setting)];
    const linking = [...believing, "--link-mode", "symlink"];
    return sets.map((set) => {
      const pins = compilePins(setting, set);
      const contenders = [
        ownedEnvironment(setting, { pins, isCold: false }),
        uvInstall(setting, { name: "uv", pins, isCold: false, options: believing }),
        uvInstall(setting, { name: "uv, symlinks", pins, isCold: false, options: linking }),
        pipInstall(setting, pins),
      ];
      return caseOf(setting, { set, contenders, targets: [{ against: "uv", measure: "time", limit: 0.1, aim: 0.03 }] });
    });
  },
};

export const installCold: Benchmark = {
  name: "pybun.install-cold",
  summary:
    "The same from empty caches, with the peak of memory. Not in the time: pybun compiles bytecode afterwards, at idle priority; uv compiles nothing, pip compiles before it ends.",
  rounds: 9,
  sets: ["S4"],
  cases: async ({ scratch, sets }) => {
    const setting = await openSetting(scratch);
    return sets.map((set) => {
      const pins = compilePins(setting, set);
      const contenders = [
        ownedEnvironment(setting, { pins, isCold: true }),
        uvInstall(setting, { name: "uv", pins, isCold: true }),
        pipInstall(setting, pins, ["--no-cache-dir"]),
      ];
      const targets: Target[] = [
        { against: "uv", measure: "time", limit: 1, aim: 0.8 },
        { against: "uv", measure: "memory", limit: 3, aim: 1.5 },
      ];
      return caseOf(setting, { set, contenders, targets });
    });
  },
};

/** Every contender installs what uv chose once: no resolution is compared here. */
function compilePins({ uv, python, scratch, environment }: Setting, set: string): string {
  const path = join(scratch, `${set}.txt`);
  const input = Buffer.from((requirementSets[set] ?? []).join("\n"));
  const compile = [uv, "pip", "compile", "--quiet", "--python", python, "--only-binary", ":all:", "-o", path, "-"];
  const ran = Bun.spawnSync(compile, { env: environment, cwd: scratch, stdin: input });
  if (ran.exitCode !== 0) throw new Error(`cannot pin ${set}: ${ran.stderr.toString()}`);
  return path;
}

interface OwnedShape {
  readonly pins: string;
  readonly isCold: boolean;
}

function ownedEnvironment(
  { pybun, scratch: cwd, environment }: Setting,
  { pins, isCold }: OwnedShape,
): CommandContender {
  const directory = join(cwd, "env-pybun");
  const prepare = () => {
    moveAside(directory, cwd);
    if (isCold) moveAside(environment["VIVARIUM_HOME"] ?? "", cwd);
  };
  const command = [pybun, "env", "create", "-r", pins, "--dir", directory];
  return { name: "pybun", command, cwd, environment, prepare };
}

interface UvShape extends OwnedShape {
  readonly name: string;
  readonly options?: readonly string[];
}

function uvInstall(setting: Setting, { name, pins, isCold, options = [] }: UvShape): CommandContender {
  const { uv, scratch: cwd, environment } = setting;
  const directory = environmentOf(cwd, name);
  const prepare = () => {
    freshVenv(setting, directory);
    if (isCold) moveAside(environment["UV_CACHE_DIR"] ?? "", cwd);
  };
  const command = [
    uv,
    "pip",
    "install",
    "--quiet",
    ...options,
    "--python",
    join(directory, "bin", "python"),
    "-r",
    pins,
  ];
  return { name, command, cwd, environment, prepare };
}

function pipInstall(setting: Setting, pins: string, options: readonly string[] = []): CommandContender {
  const { oraclePython, scratch: cwd, environment } = setting;
  const directory = environmentOf(cwd, "pip");
  const target = ["--python", join(directory, "bin", "python")];
  const command = [oraclePython, "-m", "pip", ...target, "install", "--quiet", "--no-deps", ...options, "-r", pins];
  return { name: "pip", command, cwd, environment, prepare: () => freshVenv(setting, directory) };
}

function environmentOf(scratch: string, name: string): string {
  return join(scratch, `env-${name.replace(/\W+/g, "-")}`);
}

function freshVenv({ uv, python, scratch, environment }: Setting, directory: string): void {
  moveAside(directory, scratch);
  const ran = Bun.spawnSync([uv, "venv", "--quiet", "--python", python, directory], { env: environment, cwd: scratch });
  if (ran.exitCode !== 0) throw new Error(`cannot make a venv: ${ran.stderr.toString()}`);
}

interface CaseShape {
  readonly set: string;
  readonly contenders: readonly CommandContender[];
  readonly targets: readonly Target[];
}

function caseOf({ scratch }: Setting, { set, contenders: given, targets }: CaseShape): Case {
  // PyBun compiles bytecode behind an install, which nobody's next round shall pay for.
  const contenders = given.map(({ prepare, ...contender }) => ({
    ...contender,
    prepare: () => {
      endBackgroundWork(scratch);
      prepare?.();
      settleDisk();
    },
  }));
  return { name: set, contenders, targets, compareWork: () => compareDistributions(scratch, contenders) };
}

const listDistributions = `
import importlib.metadata as m
print("\\n".join(sorted({d.metadata["Name"] + "==" + d.version for d in m.distributions()})))
`;

/** Asks the interpreter of each environment what is installed there. */
function compareDistributions(scratch: string, contenders: readonly CommandContender[]): string[] {
  const listed = contenders.map(({ name }) => ({ name, distributions: distributionsOf(environmentOf(scratch, name)) }));
  const [ours, ...peers] = listed;
  if (ours === undefined || ours.distributions.length === 0) return ["the environment of pybun holds no distribution"];
  return peers.flatMap(({ name, distributions }) => {
    const more = distributions
      .filter((item) => !ours.distributions.includes(item))
      .map((item) => `${item} only by ${name}`);
    const less = ours.distributions
      .filter((item) => !distributions.includes(item))
      .map((item) => `${item} not by ${name}`);
    return [...more, ...less];
  });
}

function distributionsOf(directory: string): string[] {
  const python = readdirSync(join(directory, "bin")).find((name) => /^python3?$/.test(name)) ?? "python";
  const ran = Bun.spawnSync([join(directory, "bin", python), "-I", "-c", listDistributions]);
  if (ran.exitCode !== 0) throw new Error(`cannot list ${directory}: ${ran.stderr.toString()}`);
  const lines = ran.stdout.toString().trim().split("\n");
  return lines.map((line) => line.replace(/^[^=]+/, (name) => normalizeName(name))).sort();
}
