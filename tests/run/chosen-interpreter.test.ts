/** `--explain` names the rule that chose the interpreter and where it stands; pins that do not fit are told. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { block, openRunScene, type RunOptions, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
let version: string;
let minor: string;

beforeAll(async () => {
  scene = await openRunScene();
  const asked = [scene.python, "-c", "import platform; print(platform.python_version())"];
  version = (await runProgram(asked, { env: scene.environment })).stdout.trim();
  minor = version.split(".").slice(0, 2).join(".");
  const project = '[project]\nname = "p"\nversion = "1"\n';
  mkdirSync(join(scene.directory, "plain"));
  scene.write("pinned/.python-version", `${minor}\n`);
  scene.write("project/pyproject.toml", `${project}requires-python = ">=3.9"\n`);
  scene.write("both/pyproject.toml", `${project}requires-python = ">=3.9"\n`);
  scene.write("both/.python-version", `${minor}\n`);
  scene.write("torn/pyproject.toml", `${project}requires-python = ">=3.9"\n`);
  scene.write("torn/.python-version", "3.8\n");
  scene.write("system/.python-version", "system\n");
  scene.write("block.py", `${block('requires-python = ">=3.9"')}print(1)\n`);
});
afterAll(() => scene.close());

const inDirectory = (name: string): RunOptions => ({ cwd: join(scene.directory, name) });

interface Row {
  readonly name: string;
  readonly in: string;
  readonly args?: () => readonly string[];
  readonly env?: () => Readonly<Record<string, string>>;
  readonly rule: string;
  readonly because: () => string;
  /** The file, relative to the scene. */
  readonly source?: string;
}

const at = (name: string): string => join(scene.directory, name);

const rows: readonly Row[] = [
  { name: "the first on PATH", in: "plain", rule: "PATH", because: () => "it is the first suitable one on PATH" },
  {
    name: "--python, though there is a pin",
    in: "pinned",
    args: () => ["--python", scene.python],
    rule: "--python",
    because: () => `--python asks for '${scene.python}'`,
  },
  {
    name: "UV_PYTHON",
    in: "pinned",
    env: () => ({ UV_PYTHON: minor }),
    rule: "UV_PYTHON",
    because: () => `UV_PYTHON asks for '${minor}'`,
  },
  {
    name: ".python-version",
    in: "pinned",
    rule: ".python-version",
    because: () => `'${at("pinned/.python-version")}' names '${minor}'`,
    source: "pinned/.python-version",
  },
  {
    name: ".python-version that names the system's",
    in: "system",
    rule: ".python-version",
    because: () => `'${at("system/.python-version")}' names 'system'`,
    source: "system/.python-version",
  },
  {
    name: "a project's requires-python",
    in: "project",
    rule: "requires-python",
    because: () => `it is the first one on PATH that '${at("project/pyproject.toml")}' allows, which requires '>=3.9'`,
    source: "project/pyproject.toml",
  },
  {
    name: ".python-version that the project allows",
    in: "both",
    rule: ".python-version",
    because: () => `'${at("both/.python-version")}' names '${minor}', which '${at("both/pyproject.toml")}' allows`,
    source: "both/.python-version",
  },
  {
    name: "a script's requires-python",
    in: "plain",
    args: () => ["../block.py"],
    rule: "requires-python",
    because: () => "it is the first one on PATH that '../block.py' allows, which requires '>=3.9'",
    source: "block.py",
  },
  {
    name: "a script's requires-python, and a pin that it allows",
    in: "pinned",
    args: () => ["../block.py"],
    rule: ".python-version",
    because: () => `'${at("pinned/.python-version")}' names '${minor}', which '../block.py' allows`,
    source: "pinned/.python-version",
  },
  {
    name: "packages for a run",
    in: "pinned",
    args: () => ["--with", "beta", "-c", "1"],
    rule: ".python-version",
    because: () => `'${at("pinned/.python-version")}' names '${minor}'`,
    source: "pinned/.python-version",
  },
];

describe("--explain says why this interpreter", () => {
  for (const row of rows) {
    test(row.name, async () => {
      const options = { ...inDirectory(row.in), env: row.env?.() ?? {} };
      const args = ["run", "--explain", ...(row.args?.() ?? ["-c", "1"])];
      const text = await scene.pybun(args, options);
      expect(text.stdout).toContain(`chosen by     ${row.rule}: ${row.because()}\n`);
      const json = await scene.pybun(["run", "--format", "json", ...args.slice(1)], options);
      const { detail, diagnostics } = await assertValidEnvelope(json.stdout, runCommand);
      expect(diagnostics).toEqual([]);
      const source = row.source === undefined ? {} : { source: at(row.source) };
      const { interpreter } = detail as { interpreter: unknown }; // the schema was checked
      expect(interpreter).toEqual({
        path: expect.any(String),
        version,
        selected_by: row.rule,
        because: row.because(),
        ...source,
      });
    });
  }

  test("one that only pyenv has", async () => {
    const root = at("pyenv");
    // Not its whole prefix: that of a distribution's Python need not have the name `python`.
    mkdirSync(join(root, "versions", version, "bin"), { recursive: true });
    symlinkSync(scene.python, join(root, "versions", version, "bin", "python"));
    const env = { PATH: at("plain"), PYENV_ROOT: root };
    const path = "/usr/bin:/bin";
    // The launcher is a shell script and needs programs; the Python of the system, if any, is not to be found.
    mkdirSync(at("programs"), { recursive: true });
    for (const name of ["readlink", "uname"])
      symlinkSync(Bun.which(name, { PATH: path }) ?? "", at(`programs/${name}`));
    const { stdout } = await scene.pybun(["run", "--explain", "-c", "1"], {
      ...inDirectory("plain"),
      env: { ...env, PATH: at("programs") },
    });
    expect(stdout).toContain("chosen by     pyenv: PATH has no suitable one, and pyenv has installed it\n");
  });

  test("of an environment", async () => {
    const venv = at("own/.venv");
    const made = [scene.python, "-m", "venv", "--without-pip", venv];
    expect((await runProgram(made, { env: scene.environment })).exitCode).toBe(0);
    const expected = "chosen by     environment: it is the environment's own\n";
    const { stdout } = await scene.pybun(["run", "--explain"], inDirectory("own"));
    expect(stdout).toContain(expected);
    const layered = await scene.pybun(["run", "--explain", "--with", "beta"], inDirectory("own"));
    expect(layered.stdout).toContain(expected);
  });
});

describe("a pin that the project does not allow", () => {
  test("is passed over with a warning, each time", async () => {
    scene.write("torn/main.py", "print('ran')\n");
    for (const round of [1, 2]) {
      const { stdout, stderr } = await scene.pybun(["run", "main.py"], inDirectory("torn"));
      expect(stdout, String(round)).toBe("ran\n");
      expect(stderr).toStartWith("warning[W_RUN_PIN_PASSED_OVER]");
      expect(stderr).toContain(`'${at("torn/.python-version")}' names '3.8'`);
      expect(stderr).toContain(`'${at("torn/pyproject.toml")}' allows, which requires '>=3.9'`);
    }
  });

  test("is named by --explain, which a script that has its own say does without a warning", async () => {
    const passedOver = `, passing over '3.8' of '${at("torn/.python-version")}'`;
    const project = await scene.pybun(["run", "--explain"], inDirectory("torn"));
    const first = `chosen by     requires-python: it is the first one on PATH that '${at("torn/pyproject.toml")}' allows`;
    expect(project.stdout).toContain(`${first}, which requires '>=3.9'${passedOver}\n`);
    const script = await scene.pybun(["run", "--explain", "../block.py"], inDirectory("torn"));
    expect(script.stdout).toContain(`that '../block.py' allows, which requires '>=3.9'${passedOver}\n`);
    expect(script.stderr).toBe("");
  });
});
