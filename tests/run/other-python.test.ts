/** More than one Python around: whose programs are found, which environments are passed over, and that it is told. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { makeRenamedPython } from "./renamed-python.ts";
import { block, openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
/** Prefix of an interpreter that calls itself by another version, with a program of its own. */
let other: string;
let version: string;
let venv: string;

const otherVersion = "3.97.0";

beforeAll(async () => {
  scene = await openRunScene();
  const renamed = await makeRenamedPython(scene, "other");
  other = renamed.prefix;
  version = renamed.sceneVersion;
  executable("other/bin/its-own", "echo of the other");
  executable("before/its-own", "echo of somebody else");
  venv = join(scene.directory, "project", ".venv");
  const made = [scene.python, "-m", "venv", "--without-pip", venv];
  expect((await runProgram(made, { env: scene.environment })).exitCode).toBe(0);
}, 60_000);
afterAll(() => scene.close());

function executable(name: string, command: string): void {
  chmodSync(scene.write(name, `#!/bin/sh\n${command}\n`), 0o755);
}

const asked = () => ["--python", join(other, "bin", "python")];
const showPath = "import os; print(os.environ['PATH'])";

describe("with the interpreter itself as environment", () => {
  test("its scripts come first on PATH where it was asked for", async () => {
    const env = { PATH: `${join(scene.directory, "before")}:${scene.environment["PATH"]}` };
    const { stdout, stderr } = await scene.pybun(["run", ...asked(), "its-own"], { env });
    expect({ stdout, stderr }).toEqual({ stdout: "of the other\n", stderr: "" });
    expect((await scene.pybun(["run", "its-own"], { env })).stdout).toBe("of somebody else\n");
    const path = await scene.pybun(["run", ...asked(), "-c", showPath], { env });
    expect(path.stdout).toStartWith(`${join(other, "bin")}:${join(scene.directory, "before")}:`);
  });

  test("and where PATH has something in its stead, also when the run is repeated", async () => {
    scene.write("path.py", showPath);
    const root = join(scene.directory, "pyenv");
    mkdirSync(join(root, "versions"), { recursive: true });
    symlinkSync(dirname(dirname(scene.python)), join(root, "versions", version));
    scene.write("pyenv/version", `${version}\n`);
    executable("pyenv/shims/python", `export PYENV_ROOT="${root}"\nexec pyenv exec python "$@"`);
    const PATH = `${join(root, "shims")}:/usr/bin:/bin`;
    for (const round of [1, 2]) {
      const { stdout } = await scene.pybun(["run", "path.py"], { env: { PATH } });
      expect(stdout, String(round)).toMatch(/^\/[^:]*\/bin:[^:]*\/shims:\/usr\/bin:\/bin\n$/);
    }
    const shown = ["-c", "import sys; print(sys.executable)"];
    const direct = await scene.pybun(["run", ...shown], { env: { PATH } });
    expect(direct.stdout).not.toContain("shims");
    for (const name of ["python", "python3"]) {
      expect((await scene.pybun(["run", name, ...shown], { env: { PATH } })).stdout).toBe(direct.stdout);
    }
  });

  test("PATH stays as it is where it leads to the interpreter anyway", async () => {
    scene.write("path.py", showPath);
    for (const words of [["path.py"], ["path.py"], ["-c", showPath]]) {
      expect((await scene.pybun(["run", ...words])).stdout).toBe(`${scene.environment["PATH"]}\n`);
    }
  });
});

describe("an environment of another Python than was asked for", () => {
  const envelope = async (args: readonly string[], options: Parameters<RunScene["pybun"]>[1]) =>
    assertValidEnvelope((await scene.pybun(["run", "--format", "json", ...args], options)).stdout, runCommand);

  test("is passed over, which is told with its version", async () => {
    const inProject = { cwd: join(scene.directory, "project") };
    const active = { env: { VIRTUAL_ENV: venv } };
    for (const options of [inProject, active]) {
      const { detail, diagnostics } = await envelope([...asked(), "--explain", "-c", "1"], options);
      expect(detail).toMatchObject({
        interpreter: { version: otherVersion },
        environment: {
          selected_by: "interpreter",
          because: `'${venv}' is of Python ${version}, which was not asked for`,
        },
      });
      expect(diagnostics).toMatchObject([
        {
          code: "W_RUN_ENVIRONMENT_PYTHON",
          message: `'${venv}' is of Python ${version}, not ${otherVersion}, and is passed over`,
        },
      ]);
    }
  });

  test("is told each time, though the next run of a script knows the way", async () => {
    scene.write("project/plain.py", "print('ran')\n");
    const env = { UV_PYTHON: join(other, "bin", "python") };
    for (const round of [1, 2]) {
      const { stdout, stderr } = await scene.pybun(["run", "plain.py"], { cwd: join(scene.directory, "project"), env });
      expect(stdout, String(round)).toBe("ran\n");
      expect(stderr, String(round)).toStartWith("warning[W_RUN_ENVIRONMENT_PYTHON]");
    }
  });
});

describe("a block's requires-python, where the active environment is of another Python", () => {
  const active = () => ({ VIRTUAL_ENV: venv, PATH: `${join(venv, "bin")}:${join(other, "bin")}:/usr/bin:/bin` });

  test("finds one that fits behind it", async () => {
    scene.write("newer.py", block('requires-python = ">=3.97"'));
    const { stdout } = await scene.pybun(["run", "--format", "json", "--explain", "newer.py"], { env: active() });
    const { detail, diagnostics } = await assertValidEnvelope(stdout, runCommand);
    expect(detail).toMatchObject({
      interpreter: { version: otherVersion },
      environment: { selected_by: "script" },
    });
    expect(diagnostics).toEqual([]);
  });

  test("is an error where none fits, which tells of the active one", async () => {
    scene.write("newest.py", block('requires-python = ">=3.98"'));
    const { exitCode, stderr } = await scene.pybun(["run", "newest.py"], { env: active() });
    expect(exitCode).toBe(66);
    expect(stderr).toContain("error[E_PYTHON_NOT_FOUND]: no interpreter found for requires-python '>=3.98'\n");
    expect(stderr).toContain(`${join(venv, "bin", "python3")}: is Python ${version}\n`);
  });

  test("gives way to a wish, which is told with its source", async () => {
    scene.write("wished.py", `${block('requires-python = ">=3.98"')}print("ran")\n`);
    for (const [args, env, source] of [
      [["--python", venv], {}, "--python"],
      [[], { UV_PYTHON: venv }, "UV_PYTHON"],
    ] as const) {
      const { stdout, stderr } = await scene.pybun(["run", ...args, "wished.py"], { env: { ...active(), ...env } });
      expect(stdout).toBe("ran\n");
      expect(stderr).toContain(`Python ${version} at '${join(venv, "bin", "python3")}'`);
      expect(stderr).toContain(`Leave \`${source}\` away,`);
    }
  });
});

describe("the project's requires-python", () => {
  const inProject = () => ({ cwd: join(scene.directory, "project") });
  const project = (line: string) => scene.write("project/pyproject.toml", `[project]\nname = "sample"\n${line}\n`);

  test.each([
    ['requires-python = ">=3.98"', ">=3.98"],
    ["requires-python = '<3.9,>=3'", "<3.9,>=3"],
  ])("that its .venv does not satisfy is told: %s", async (line, requires) => {
    const file = project(line);
    const { stdout, stderr } = await scene.pybun(["run", "-c", "print('ran')"], inProject());
    expect(stdout).toBe("ran\n");
    expect(stderr).toStartWith(
      `warning[W_RUN_PROJECT_PYTHON]: '${venv}' is of Python ${version}, and '${file}' requires '${requires}'\n`,
    );
  });

  test("that an active environment does not satisfy is told each time, and not once it allows it", async () => {
    const file = project('requires-python = ">=3.98"');
    scene.write("project/deep/ran.py", "print('ran')\n");
    const run = () =>
      scene.pybun(["run", "ran.py"], { cwd: join(scene.directory, "project", "deep"), env: { VIRTUAL_ENV: venv } });
    const told = `warning[W_RUN_PROJECT_PYTHON]: '${venv}' is of Python ${version}, and '${file}' requires '>=3.98'\n`;
    for (const expected of [told, told]) {
      const { stdout, stderr } = await run();
      expect(stdout).toBe("ran\n");
      expect(stderr).toStartWith(expected);
    }
    project('requires-python = ">=3.9"');
    for (const round of [1, 2])
      expect({ round, ...(await run()) }).toEqual({ round, exitCode: 0, stdout: "ran\n", stderr: "" });
  });

  test.each(['requires-python = ">=3.9"', 'requires-python = ">=3.9,<4" # both', "# nothing"])(
    "that it satisfies is not: %s",
    async (line) => {
      project(line);
      const { stdout, stderr } = await scene.pybun(["run", "-c", "print('ran')"], inProject());
      expect({ stdout, stderr }).toEqual({ stdout: "ran\n", stderr: "" });
    },
  );

  test("that an interpreter by --python or UV_PYTHON does not satisfy is told each time, with its file", async () => {
    const file = project('requires-python = ">=3.98"');
    scene.write("project/named.py", "print('ran')\n");
    const told = `warning[W_PYTHON_REQUIRES]: Python ${version} at '`;
    const rest = `does not satisfy requires-python '>=3.98' of '${file}'\n`;
    const rows = [
      { args: ["run", "--python", version, "named.py"], env: {}, origin: "--python" },
      { args: ["run", "named.py"], env: { UV_PYTHON: version }, origin: "UV_PYTHON" },
      { args: ["run", "named.py"], env: { UV_PYTHON: version }, origin: "UV_PYTHON" },
      { args: ["run", "--python", ">=3.9", "--with", "tool", "named.py"], env: {}, origin: "--python" },
      { args: ["run", "--explain", "--python", version], env: {}, origin: "--python" },
      { args: ["env", "create", "-p", version, "tool", "--dir", "made"], env: {}, origin: "--python" },
      { args: ["resolve", "-p", version, "tool"], env: {}, origin: "--python" },
    ];
    for (const { args, env, origin } of rows) {
      const { exitCode, stderr } = await scene.pybun(args, { ...inProject(), env });
      expect({ args, exitCode, isTold: stderr.startsWith(told) && stderr.includes(rest) }).toEqual({
        args,
        exitCode: 0,
        isTold: true,
      });
      expect(stderr).toContain(`Leave \`${origin}\` away, or name a version that the project allows.`);
    }
    // The warm paths of `run` and of `env create` hear of the edits too.
    const again = async (place: string, check: (stderr: string) => void) => {
      for (const { args, env } of rows) {
        const words = args.map((word) => (word === "made" ? place : word));
        check((await scene.pybun(words, { ...inProject(), env })).stderr);
      }
    };
    project('requires-python = ">=3.9"');
    for (const place of ["first", "second"]) await again(place, (stderr) => expect(stderr).toBe(""));
    project('requires-python = ">=3.98"');
    await again("third", (stderr) => expect(stderr).toContain("W_PYTHON_REQUIRES"));
  }, 60_000);

  test.each(["= 312", '= [">=3.13"]', "= true"])(
    "that is no string is told, unless --python is given: %s",
    async (value) => {
      project(`requires-python ${value}`);
      const { exitCode, stderr } = await scene.pybun(["run", "-c", "1"], inProject());
      expect(exitCode).toBe(65);
      expect(stderr).toStartWith("error[E_RUN_PROJECT_FILE]");
      expect(stderr).toContain("requires-python is no string");
      const named = await scene.pybun(["run", "--python", version, "-c", "1"], inProject());
      expect(named).toMatchObject({ exitCode: 0, stderr: "" });
      project('requires-python = ">=3.9"');
    },
  );

  test("is asked of a malformed pyproject.toml whatever stands in it, and the line is shown once", async () => {
    scene.write("malformed/pyproject.toml", '[project]\nname = "sample\n');
    const { stderr, exitCode } = await scene.pybun(["run", "-c", "1"], { cwd: join(scene.directory, "malformed") });
    expect(exitCode).toBe(65);
    expect(stderr).toStartWith("error[E_RUN_PROJECT_FILE]");
    expect(stderr.split('name = "sample')).toHaveLength(2);
    expect(stderr).not.toContain("cause");
  });
});
