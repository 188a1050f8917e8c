/** What a checkout may hold in the places of files that a run reads before the program does. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asOrdinaryUser, isRoot, nobody } from "../../core/testing/ordinary-user.ts";
import { openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

function makeFifo(path: string): string {
  scene.write(`${path}.keep`, "");
  const fifo = join(scene.directory, path);
  expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
  return fifo;
}

describe.skipIf(process.platform === "win32")("a pipe that nobody writes into is waited for by nobody", () => {
  test.each([".python-version", "pyproject.toml", ".venv/pyvenv.cfg"])(
    "as %s",
    async (name) => {
      makeFifo(`pipe-${name}/${name}`);
      const cwd = join(scene.directory, `pipe-${name}`);
      expect(await scene.pybun(["run", "-c", "print('ran')"], { cwd })).toMatchObject({ exitCode: 0, stdout: "ran\n" });
      expect(await scene.pybun(["run", "--explain"], { cwd })).toMatchObject({ exitCode: 0 });
    },
    20_000,
  );
});

describe.skipIf(process.platform !== "linux")("a script that is a pipe is opened by Python alone", () => {
  test.each(["by its name", "by a shell"])(
    "%s",
    async (way) => {
      const fifo = way === "by a shell" ? "<(echo 'print(6 * 7)')" : makeFifo("script/given.py");
      const log = join(scene.directory, "trace");
      const writing = way === "by a shell" ? "" : `echo 'print(6 * 7)' > ${fifo} & `;
      const command = `${writing}strace -f -qq -e trace=openat,execve -o ${log} ${scene.program} run ${fifo}`;
      const ran = await runProgram(["bash", "-c", command], { cwd: scene.directory, env: scene.environment });
      expect(ran).toMatchObject({ exitCode: 0, stdout: "42\n" });
      const lines = readFileSync(log, "utf8").split("\n");
      const start = lines.findLastIndex((line) => line.includes("execve("));
      const given = way === "by a shell" ? "/dev/fd/" : fifo;
      expect(lines.slice(0, start).filter((line) => line.includes("openat(") && line.includes(given))).toEqual([]);
    },
    20_000,
  );
});

test.skipIf(process.platform === "win32")(
  "a .python-version that this user may not read: E_PYTHON_VERSION_FILE, of `run`, `env create` and `resolve`",
  async () => {
    const file = scene.write("shut/.python-version", "2.7\n");
    const cwd = join(scene.directory, "shut", "deep");
    scene.write("shut/deep/script.py", "print('ran')\n");
    chmodSync(file, 0);
    if (isRoot) await runProgram(["chown", "-R", `${nobody}:${nobody}`, scene.directory], {});
    const ask = (...words: readonly string[]) =>
      runProgram(asOrdinaryUser([scene.program, ...words]), { cwd, env: scene.environment });
    for (const words of [
      ["run", "script.py"],
      ["env", "create", "tool"],
      ["resolve", "tool"],
    ]) {
      const { exitCode, stdout, stderr } = await ask(...words);
      expect(stderr).toStartWith(`error[E_PYTHON_VERSION_FILE]: cannot use '${file}': permission denied\n`);
      expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
    }
    expect(await ask("run", "--python", "python3", "script.py")).toMatchObject({ exitCode: 0, stdout: "ran\n" });
    chmodSync(file, 0o644);
    writeFileSync(file, "# nothing\n");
    for (let round = 0; round < 2; round++) expect((await ask("run", "script.py")).stdout).toBe("ran\n");
    chmodSync(file, 0);
    expect((await ask("run", "script.py")).exitCode).toBe(78);
  },
  20_000,
);

test.skipIf(process.platform === "win32")(
  "a project file that this user may not read: E_RUN_PROJECT_FILE",
  async () => {
    scene.write("closed/pyproject.toml", '[project]\nrequires-python = ">=4"\n');
    const cwd = join(scene.directory, "closed");
    const file = join(cwd, "pyproject.toml");
    chmodSync(file, 0);
    if (isRoot) await runProgram(["chown", "-R", `${nobody}:${nobody}`, scene.directory], {});
    const command = asOrdinaryUser([scene.program, "run", "-c", "print('ran')"]);
    const { exitCode, stdout, stderr } = await runProgram(command, { cwd, env: scene.environment });
    expect(stderr).toStartWith(`error[E_RUN_PROJECT_FILE]: cannot read '${file}': permission denied\n`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: "" });
  },
  20_000,
);

test.skipIf(process.platform === "win32")(
  "a configuration of pip that this user may not read: E_SETTING_INVALID, and nothing is fetched from elsewhere",
  async () => {
    const file = scene.write("pip.conf", "[global]\nno-index = true\n");
    chmodSync(file, 0);
    if (isRoot) await runProgram(["chown", "-R", `${nobody}:${nobody}`, scene.directory], {});
    const asked = scene.index.log.length;
    const command = asOrdinaryUser([scene.program, "resolve", "tool"]);
    const env = { ...scene.environment, PIP_CONFIG_FILE: file };
    const { exitCode, stdout, stderr } = await runProgram(command, { cwd: scene.directory, env });
    expect(stderr).toStartWith(`error[E_SETTING_INVALID]: cannot use '${file}': permission denied\n`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
    expect(scene.index.log).toHaveLength(asked);
  },
  20_000,
);

test("a file of settings that fits into no memory is refused by its name", async () => {
  const said = {
    "pyproject.toml": "error[E_RUN_PROJECT_FILE]: cannot read",
    ".python-version": "error[E_PYTHON_VERSION_FILE]: cannot use",
    "pip.conf": "error[E_SETTING_INVALID]: cannot use",
  };
  for (const [name, start] of Object.entries(said)) {
    const file = scene.write(`huge/${name}.d/${name}`, "");
    truncateSync(file, 3_000_000_000);
    const environment = name === "pip.conf" ? { ...scene.environment, PIP_CONFIG_FILE: file } : scene.environment;
    const { exitCode, stderr } = await scene.pybun(["run", "--with", "tool", "-c", "1"], {
      cwd: join(file, ".."),
      env: environment,
    });
    truncateSync(file, 0);
    expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining(`${start} '${file}': it is too large\n`)]);
  }
}, 20_000);
