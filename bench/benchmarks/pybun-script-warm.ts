/**
 * The second run of a script that declares requests and rich: once it imports neither (the launcher is all that is
 * measured), once both. Python in a ready venv is the floor.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import type { Benchmark } from "../harness.ts";
import { compareOutputs } from "../pins.ts";
import { openSetting, type Setting } from "../setting.ts";

const block = '# /// script\n# requires-python = ">=3.9"\n# dependencies = ["requests", "rich"]\n# ///\n';

const scripts = [
  {
    name: "imports neither",
    code: "print('ready')\n",
    uv: { limit: 0.75, aim: 0.65 },
    python: { limit: 1.8, aim: 1.6 },
  },
  {
    name: "imports both",
    code: "import requests\nimport rich.console\nprint(requests.__version__ > '2', rich.console.Console.__name__)\n",
    uv: { limit: 1, aim: 0.93 },
    python: { limit: 1.15, aim: 1.05 },
  },
];

export const scriptWarm: Benchmark = {
  name: "pybun.script-warm",
  summary: "A script that declares requests and rich, run again: beside `uv run --script` and Python in a ready venv.",
  rounds: 21,
  sets: scripts.map(({ name }) => name),
  cases: async ({ scratch, sets }) => {
    const setting = await openSetting(scratch);
    const python = readyVenv(setting);
    const chosen = scripts.filter(({ name }) => sets.includes(name));
    return chosen.map(({ name, code, uv: uvTarget, python: pythonTarget }) => {
      const script = `${name.replace(" ", "-")}.py`;
      writeFileSync(join(scratch, script), block + code);
      return {
        name,
        contenders: contendersOf(setting, { script, python }),
        targets: [
          { against: "uv", measure: "time" as const, ...uvTarget },
          { against: "python", measure: "time" as const, ...pythonTarget },
        ],
        compareWork: compareOutputs,
      };
    });
  },
};

function contendersOf(setting: Setting, { script, python }: { script: string; python: string }): Contender[] {
  const { environment, scratch: cwd, pybun, uv } = setting;
  return [
    { name: "pybun", command: [pybun, "run", script], cwd, environment },
    { name: "uv", command: [uv, "run", "--quiet", "--script", script], cwd, environment },
    { name: "python", command: [python, script], cwd, environment },
  ];
}

function readyVenv({ uv, scratch, python, environment }: Setting): string {
  const directory = join(scratch, "venv");
  const own = join(directory, "bin", "python");
  const steps = [
    [uv, "venv", "--quiet", "--python", python, directory],
    [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", own, "requests", "rich"],
  ];
  for (const command of steps) {
    const ran = Bun.spawnSync(command, { env: environment, cwd: scratch });
    if (ran.exitCode !== 0) throw new Error(`cannot make the ready venv: ${ran.stderr.toString()}`);
  }
  return own;
}
