/** The warm path: that it is taken, that it needs nothing, and that whatever changes is noticed. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { block, openRunScene, type RunResult, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;

const script = `${block('dependencies = ["alpha"]')}import alpha, sys; print(alpha.version, sys.version_info[:2])\n`;

beforeAll(async () => {
  scene = await openRunScene();
  scene.write("bin/.keep", "");
  symlinkSync(join(scene.directory, "away"), join(scene.directory, "bin", "python3"));
  scene.write("bin/python", `#!/bin/sh\nexec '${scene.python}' "$@"\n`);
});

afterAll(() => scene.close());

/** Runs the script with strace's list of files that were opened, so that the path it took can be seen. */
async function traced(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult & { opened: string }> {
  const log = join(scene.directory, "trace");
  const command = ["strace", "-f", "-qq", "-e", "trace=openat,execve", "-o", log, scene.program, "run", ...args];
  const result = await runProgram(command, { cwd: scene.directory, env: { ...scene.environment, ...env } });
  return { ...result, opened: readFileSync(log, "utf8") };
}

/** One run in 256 takes the long way to sweep up leases, whatever there is; two in a row do not. */
async function warmed(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const run = await traced(args, env);
  return tookLongWay(run) ? traced(args, env) : run;
}

const tookLongWay = ({ opened }: { opened: string }): boolean => opened.includes("pybun/commands/run-execute.ts");

test("the second run reads a record, loads neither commands nor TOML, and asks nobody", async () => {
  scene.write("warm.py", script);
  const first = await traced(["warm.py"]);
  expect(tookLongWay(first)).toBe(true);
  const asked = scene.index.log.length;
  const second = await warmed(["warm.py"]);
  expect(second.stdout).toBe(first.stdout);
  expect(tookLongWay(second)).toBe(false);
  expect(second.opened).not.toContain("smol-toml");
  expect(scene.index.log.length).toBe(asked);
}, 20_000);

test("nothing that runs do to the store or its surroundings voids a record", async () => {
  scene.write("warm.py", script);
  scene.write("other.py", `${script}# another\n`);
  await scene.pybun(["run", "--refresh", "warm.py"]);
  await scene.pybun(["run", "warm.py"]);
  const between = [
    ["run", "other.py"],
    ["run", "-c", "0"],
    ["run", "warm.py", "argument"],
    ["env", "list"],
  ];
  for (const words of between) {
    await scene.pybun(words);
    expect({ words, tookLongWay: tookLongWay(await warmed(["warm.py"])) }).toEqual({ words, tookLongWay: false });
  }
}, 20_000);

test("a directory of PATH that is a link and is moved to another wrapper, equal in size and time, is noticed", async () => {
  scene.write("wrapped.py", "import os; print(os.environ['WRAPPER'])\n");
  for (const name of ["w1", "w2"]) {
    const wrapper = scene.write(`${name}/python3`, `#!/bin/sh\nWRAPPER=${name} exec '${scene.python}' "$@"\n`);
    chmodSync(wrapper, 0o755);
    for (const path of [wrapper, join(scene.directory, name)]) utimesSync(path, 1_577_836_800, 1_577_836_800);
  }
  const link = join(scene.directory, "wrappers");
  const env = { PATH: `${link}:${scene.environment["PATH"]}` };
  for (const name of ["w1", "w2"]) {
    rmSync(link, { force: true });
    symlinkSync(name, link);
    const first = await traced(["wrapped.py"], env);
    expect({ stdout: first.stdout, tookLongWay: tookLongWay(first) }).toEqual({
      stdout: `${name}\n`,
      tookLongWay: true,
    });
    expect(tookLongWay(await warmed(["wrapped.py"], env))).toBe(false);
  }
}, 20_000);

test("a directory that has the name of what UV_PYTHON means is noticed", async () => {
  const bin = join(scene.directory, "programs");
  scene.write("named.py", "import sys; print(sys.executable)\n");
  scene.write("programs/.keep", "");
  symlinkSync(scene.python, join(bin, "my-python"));
  const env = { UV_PYTHON: "my-python", PATH: `${bin}:${scene.environment["PATH"]}` };
  const first = await traced(["named.py"], env);
  expect(tookLongWay(await warmed(["named.py"], env))).toBe(false);
  const made = [scene.python, "-m", "venv", "--without-pip", join(scene.directory, "my-python")];
  expect((await runProgram(made, {})).exitCode).toBe(0);
  const { stdout } = await traced(["named.py"], env);
  expect(stdout).not.toBe(first.stdout);
  expect(stdout).toStartWith(join(scene.directory, "my-python", "bin"));
}, 20_000);

test("it takes a lease on the environment before the program starts", async () => {
  scene.write(
    "lease.py",
    `${block('dependencies = ["alpha"]')}import os, sys, glob
found = [open(p).read() for p in glob.glob(sys.argv[1] + f"/leases/{os.getpid()}-*")]
print(len(found), found[0].startswith("envs-") and found[0].split("/")[1].strip() in sys.prefix)\n`,
  );
  for (const round of [1, 2]) {
    const { stdout } = await scene.pybun(["run", "lease.py", scene.cache]);
    expect(stdout, String(round)).toBe("1 True\n");
  }
});

test("leases of ended runs do not pile up for ever: the long way sweeps them", async () => {
  await scene.pybun(["run", "warm.py"]);
  await scene.pybun(["run", "-c", "0"]);
  expect(readdirSync(join(scene.cache, "leases"))).toEqual([]);
});

/** Folders of the store for a kind of entry, whatever its version. */
function kindsOf(prefix: string): readonly string[] {
  const found = readdirSync(scene.cache).filter((name) => name.startsWith(prefix));
  expect(found).not.toEqual([]);
  return found.map((name) => join(scene.cache, name));
}

const changes: readonly { readonly name: string; readonly change: () => void; readonly undo: () => void }[] = [
  {
    name: "a .python-version appears",
    change: () => writeFileSync(join(scene.directory, ".python-version"), "3\n"),
    undo: () => unlinkSync(join(scene.directory, ".python-version")),
  },
  {
    name: "another program appears in a directory of PATH",
    change: () => symlinkSync(scene.python, join(scene.directory, "bin", "python3.77")),
    undo: () => unlinkSync(join(scene.directory, "bin", "python3.77")),
  },
  {
    name: "a program of PATH that led nowhere leads somewhere",
    change: () => symlinkSync(scene.python, join(scene.directory, "away")),
    undo: () => unlinkSync(join(scene.directory, "away")),
  },
  {
    name: "a file of PATH becomes executable",
    change: () => chmodSync(join(scene.directory, "bin", "python"), 0o755),
    undo: () => chmodSync(join(scene.directory, "bin", "python"), 0o644),
  },
  {
    name: "the environment's configuration is gone",
    change: () => {
      for (const kind of kindsOf("envs-")) {
        for (const key of readdirSync(kind)) unlinkSync(join(kind, key, "environment", "pyvenv.cfg"));
      }
    },
    undo: () => undefined,
  },
  {
    name: "the view is gone",
    change: () => {
      for (const kind of kindsOf("views-")) rmSync(kind, { recursive: true });
    },
    undo: () => undefined,
  },
  {
    name: "the record is cut short",
    change: () => {
      for (const key of readdirSync(join(scene.cache, "runs-v1"))) {
        const path = join(scene.cache, "runs-v1", key);
        writeFileSync(path, readFileSync(path).subarray(0, 200));
      }
    },
    undo: () => undefined,
  },
];

for (const { name, change, undo } of changes) {
  test(`goes the long way, and works, when ${name}`, async () => {
    scene.write("warm.py", script);
    const env = { PATH: `${join(scene.directory, "bin")}:${scene.environment["PATH"]}` };
    await traced(["warm.py"], env);
    const before = await warmed(["warm.py"], env);
    expect(tookLongWay(before)).toBe(false);
    change();
    const after = await traced(["warm.py"], env);
    undo();
    expect(tookLongWay(after)).toBe(true);
    expect({ exitCode: after.exitCode, stdout: after.stdout }).toEqual({ exitCode: 0, stdout: before.stdout });
  }, 20_000);
}

test("a directory of PATH with a tab in its name is watched too; of one with a line end nothing is remembered", async () => {
  scene.write("warm.py", script);
  scene.write("a\tb/.keep", "");
  const env = { PATH: `${join(scene.directory, "a\tb")}:${scene.environment["PATH"]}` };
  await traced(["warm.py"], env);
  expect(tookLongWay(await warmed(["warm.py"], env))).toBe(false);
  symlinkSync(scene.python, join(scene.directory, "a\tb", "python3.77"));
  expect(tookLongWay(await traced(["warm.py"], env))).toBe(true);

  const twoLines = { PATH: `${join(scene.directory, "a\nb")}:${scene.environment["PATH"]}` };
  await traced(["warm.py"], twoLines);
  const again = await warmed(["warm.py"], twoLines);
  expect([again.exitCode, tookLongWay(again)]).toEqual([0, true]);
}, 20_000);

test("another index, another block or another option is another run", async () => {
  scene.write("warm.py", script);
  await traced(["warm.py"]);
  expect(tookLongWay(await traced(["warm.py"], { UV_INDEX: `${scene.index.simple}other` }))).toBe(true);
  scene.write("warm.py", script.replace('"alpha"', '"alpha<2"'));
  const other = await traced(["warm.py"]);
  expect(other.stdout).toStartWith("1.0 ");
  expect(tookLongWay(await traced(["--refresh", "warm.py"]))).toBe(true);
}, 20_000);

test("UV_OFFLINE keeps nobody from the warm path, which asks nobody", async () => {
  scene.write("warm.py", script);
  const env = { UV_OFFLINE: "1" };
  await traced(["warm.py"]);
  await traced(["warm.py"], env);
  expect(tookLongWay(await warmed(["warm.py"], env))).toBe(false);
}, 20_000);

test("text behind the block is not part of it", async () => {
  scene.write("warm.py", script);
  await traced(["warm.py"]);
  scene.write("warm.py", `${script}# a comment\nprint('more')\n`);
  const changed = await warmed(["warm.py"]);
  expect(tookLongWay(changed)).toBe(false);
  expect(changed.stdout).toEndWith("more\n");
});

test("a block that a line above lets begin is another reading: the run of the old one is not taken", async () => {
  const above = "# /// other\n# [tool.x]\n# ///\n";
  scene.write("swallowed.py", `${above}${script}`);
  for (const round of [1, 2]) {
    const { stderr, exitCode } = await scene.pybun(["run", "swallowed.py"]);
    expect({ round, exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("'alpha'") });
  }
  scene.write("swallowed.py", `${above}\n${script}`);
  const { stdout, stderr } = await scene.pybun(["run", "swallowed.py"]);
  expect(stdout, stderr).toStartWith("2.0 ");
  scene.write("swallowed.py", `${above}${script}`);
  expect((await scene.pybun(["run", "swallowed.py"])).exitCode).toBe(1);
}, 20_000);
