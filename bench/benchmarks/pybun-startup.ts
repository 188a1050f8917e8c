/** How long the command line takes to say its version, and to say what a run in a project would use. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "../harness.ts";
import { openSetting } from "../setting.ts";

export const startup: Benchmark = {
  name: "pybun.startup",
  summary: "`pybun --version`, and `pybun run --explain` in a project, beside `uv --version`.",
  rounds: 41,
  sets: ["version", "explain"],
  cases: async ({ scratch, sets }) => {
    const { environment, pybun, uv, python } = await openSetting(scratch);
    const cwd = join(scratch, "project");
    mkdirSync(cwd);
    writeFileSync(
      join(cwd, "pyproject.toml"),
      '[project]\nname = "sample"\nversion = "1.0"\nrequires-python = ">=3.9"\n',
    );
    writeFileSync(join(cwd, "main.py"), "print('hello')\n");
    Bun.spawnSync([python, "-m", "venv", "--without-pip", join(cwd, ".venv")]);
    const peer = { name: "uv", command: [uv, "--version"], cwd, environment };
    const ours = (command: readonly string[]) => ({ name: "pybun", command: [pybun, ...command], cwd, environment });
    const all = [
      {
        name: "version",
        contenders: [ours(["--version"]), peer],
        targets: [{ against: "uv", measure: "time" as const, limit: 1.3, aim: 1 }],
        compareWork: (outputs: ReadonlyMap<string, string>) =>
          [...outputs]
            .filter(([name, text]) => !text.startsWith(`${name} `))
            .map(([name]) => `${name} told no version`),
      },
      {
        name: "explain",
        contenders: [ours(["run", "--explain", "main.py"]), peer],
        targets: [{ against: "uv", measure: "time" as const, limit: 1.8, aim: 1.4 }],
        compareWork: (outputs: ReadonlyMap<string, string>) =>
          outputs.get("pybun")?.includes(".venv") ? [] : ["pybun did not name the project's environment on stdout"],
      },
    ];
    return all.filter(({ name }) => sets.includes(name));
  },
};
