/** A place to run `pybun` in as its users do: from the launcher, with a home, a cache and an index of its own. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hostPython } from "../../tools/oracles.ts";
import { buildWheel, type FixtureIndex, startFixtureIndex } from "../fixture-index/index.ts";

const launcher = join(import.meta.dir, "..", "..", "vivarium", "bin", "vivarium");

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunScene {
  readonly directory: string;
  /** The launcher under the name that npm links it by. */
  readonly program: string;
  readonly cache: string;
  readonly index: FixtureIndex;
  readonly environment: Readonly<Record<string, string>>;
  /** The interpreter that runs find on PATH; no shim. */
  readonly python: string;
  readonly write: (name: string, text: string | Uint8Array) => string;
  readonly pybun: (args: readonly string[], options?: RunOptions) => Promise<RunResult>;
  readonly close: () => Promise<void>;
}

/** Alpha 1.0 and 2.0 need beta; tool has a script and nothing else. */
export async function openRunScene(): Promise<RunScene> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "pybun-run-")));
  const index = await startFixtureIndex();
  for (const version of ["1.0", "2.0"]) index.add(buildWheel({ name: "alpha", version, requires: ["beta"] }));
  index.add(buildWheel({ name: "beta", version: "0.5" }));
  index.add(
    buildWheel({
      name: "tool",
      version: "3.0",
      files: { "tool.py": "import sys\ndef main():\n    print('tool', sys.argv[1:])\n    return 5\n" },
      entryPoints: { console_scripts: ["tool-script = tool:main"] },
    }),
  );
  const { path: python } = hostPython();
  const environment = {
    HOME: join(directory, "home"),
    VIVARIUM_HOME: join(directory, "vivarium"),
    PATH: `${dirname(python)}:/usr/bin:/bin`,
    UV_DEFAULT_INDEX: index.simple,
    PIP_CONFIG_FILE: "/dev/null",
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
  };
  mkdirSync(environment.HOME);
  const program = join(environment.HOME, "pybun");
  symlinkSync(launcher, program);
  const scene = { directory, program, cache: join(environment.VIVARIUM_HOME, "cache"), index, environment, python };
  return {
    ...scene,
    write: (name, text) => {
      const path = join(directory, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    pybun: (args, options = {}) =>
      runProgram([program, ...args], { cwd: directory, ...options, env: { ...environment, ...options.env } }),
    close: async () => {
      await index.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Runs any program to its end. */
export async function runProgram(command: readonly string[], { cwd, env, stdin }: RunOptions): Promise<RunResult> {
  const child = Bun.spawn([...command], {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    stdin: stdin === undefined ? "ignore" : Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  const { signals } = process.getBuiltinModule("node:os").constants;
  const signal = Object.entries(signals).find(([name]) => name === child.signalCode)?.[1];
  return { exitCode: signal === undefined ? (child.exitCode ?? -1) : 128 + signal, stdout, stderr };
}

/** A metadata block. */
export const block = (...lines: readonly string[]): string =>
  `# /// script\n${lines.map((line) => `# ${line}\n`).join("")}# ///\n`;
