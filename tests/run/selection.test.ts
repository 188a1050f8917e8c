/** Which interpreter and which environment: the order of the specification, by what the program itself sees. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { buildWheel } from "../fixture-index/index.ts";
import { block, openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
let active: string;
let project: string;

const showPrefix = "import sys; print(sys.prefix)\n";

async function makeVenv(path: string): Promise<string> {
  const made = await runProgram([scene.python, "-m", "venv", "--without-pip", path], { env: scene.environment });
  expect(made.exitCode, made.stderr).toBe(0);
  return path;
}

function removePythons(venv: string): void {
  const scripts = join(venv, "bin");
  for (const program of readdirSync(scripts)) if (program.startsWith("python")) unlinkSync(join(scripts, program));
}

async function prefixOf(args: readonly string[], options: Parameters<RunScene["pybun"]>[1] = {}): Promise<string> {
  const { stdout, stderr, exitCode } = await scene.pybun(["run", ...args], options);
  expect(exitCode, stderr).toBe(0);
  return stdout.trim();
}

beforeAll(async () => {
  scene = await openRunScene();
  active = await makeVenv(join(scene.directory, "active"));
  project = await makeVenv(join(scene.directory, "project", ".venv"));
  scene.write("plain.py", showPrefix);
  scene.write("project/deep/plain.py", showPrefix);
  scene.write("block.py", `${block('dependencies = ["alpha<2"]')}${showPrefix}`);
}, 60_000);

afterAll(() => scene.close());

describe("the environment, first match", () => {
  test("nothing around: the interpreter itself", async () => {
    const base = await runProgram([scene.python, "-c", "import sys; print(sys.prefix)"], { env: scene.environment });
    expect(await prefixOf(["plain.py"])).toBe(base.stdout.trim());
  });

  test("the nearest project's .venv, from the current directory up", async () => {
    const cwd = join(scene.directory, "project", "deep");
    expect(await prefixOf(["plain.py"], { cwd })).toBe(project);
    expect(await prefixOf(["-c", showPrefix], { cwd })).toBe(project);
    expect(await prefixOf(["python", "-c", showPrefix], { cwd })).toBe(project);
  });

  test("VIRTUAL_ENV goes before a project, and leaving it is noticed by the warm path", async () => {
    const cwd = join(scene.directory, "project", "deep");
    for (const round of [1, 2]) {
      expect(await prefixOf(["plain.py"], { cwd, env: { VIRTUAL_ENV: active } }), String(round)).toBe(active);
      expect(await prefixOf(["plain.py"], { cwd }), String(round)).toBe(project);
    }
    expect(await prefixOf(["plain.py"], { env: { CONDA_PREFIX: active } })).toBe(active);
  });

  test("a block goes before VIRTUAL_ENV", async () => {
    const prefix = await prefixOf(["block.py"], { env: { VIRTUAL_ENV: active } });
    expect(prefix).toStartWith(scene.cache);
    expect(await prefixOf(["block.py"])).toBe(prefix);
  });

  test("a VIRTUAL_ENV without an interpreter is passed over with a warning", async () => {
    const { stderr, exitCode } = await scene
      .pybun(["run", "--format", "json", "plain.py"], { env: { VIRTUAL_ENV: "/nowhere" } })
      .then(async (result) => ({
        ...result,
        stderr: JSON.stringify((await assertValidEnvelope(result.stdout, runCommand)).diagnostics),
      }));
    expect(exitCode).toBe(0);
    expect(stderr).toContain("W_RUN_ENVIRONMENT_BROKEN");
  });

  test("a configuration of an environment that cannot be read tells nothing, and no bug", async () => {
    scene.write("unread/pyvenv.cfg/.keep", "");
    scene.write("unread/bin/.keep", "");
    symlinkSync(scene.python, join(scene.directory, "unread", "bin", "python"));
    const env = { VIRTUAL_ENV: join(scene.directory, "unread") };
    const { stdout, stderr, exitCode } = await scene.pybun(["run", "--explain"], { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("selected by   VIRTUAL_ENV");
  });

  test("a .venv without an interpreter is passed over with a warning, until it works again", async () => {
    const cwd = join(scene.directory, "broken");
    const venv = await makeVenv(join(cwd, ".venv"));
    removePythons(venv);
    symlinkSync(join(cwd, "away"), join(venv, "bin", "python"));
    scene.write("broken/plain.py", showPrefix);
    for (const round of [1, 2]) {
      const { stdout, stderr } = await scene.pybun(["run", "plain.py"], { cwd });
      expect(stdout.trim(), String(round)).not.toBe(venv);
      expect(stderr, String(round)).toStartWith(`warning[W_RUN_PROJECT_BROKEN]: '${venv}' has no Python interpreter`);
    }
    const explained = await scene.pybun(["run", "--explain"], { cwd });
    expect(explained.stdout).toContain(`selected by   interpreter: '${venv}' has no Python interpreter\n`);
    symlinkSync(scene.python, join(cwd, "away"));
    for (const round of [1, 2]) {
      const { stdout, stderr } = await scene.pybun(["run", "plain.py"], { cwd });
      expect({ round, stdout, stderr }).toEqual({ round, stdout: `${venv}\n`, stderr: "" });
    }
  }, 20_000);

  test("a VIRTUAL_ENV that works again is chosen again", async () => {
    const venv = await makeVenv(join(scene.directory, "again"));
    const python = join(venv, "bin", "python");
    const env = { VIRTUAL_ENV: venv };
    removePythons(venv);
    for (const round of [1, 2]) {
      expect((await scene.pybun(["run", "plain.py"], { env })).stderr, String(round)).toContain("has no Python");
    }
    symlinkSync(scene.python, python);
    expect(await prefixOf(["plain.py"], { env })).toBe(venv);
  }, 20_000);

  test("PYBUN_ENV goes before all, and must satisfy the block", async () => {
    expect(await prefixOf(["plain.py"], { env: { PYBUN_ENV: active, VIRTUAL_ENV: project } })).toBe(active);
    const bad = await scene.pybun(["run", "--format", "json", "block.py"], { env: { PYBUN_ENV: active } });
    expect(bad.exitCode).toBe(78);
    expect(bad.stdout).toContain("E_RUN_ENVIRONMENT_UNSATISFIED");
    expect(bad.stdout).toContain("'alpha' is not installed");
    const owned = await prefixOf(["block.py"]);
    expect(await prefixOf(["block.py"], { env: { PYBUN_ENV: owned } })).toBe(owned);
    const missing = await scene.pybun(["run", "--format", "json", "plain.py"], { env: { PYBUN_ENV: "/nowhere" } });
    expect(missing.exitCode).toBe(66);
    expect(missing.stdout).toContain("E_RUN_ENVIRONMENT_MISSING");
  }, 20_000);

  test("PYBUN_ENV must have what extras add, and what a URL leads to", async () => {
    scene.index.add(
      buildWheel({ name: "extra", version: "1.0", requires: ["gamma; extra == 'more'"], extras: ["more"] }),
    );
    scene.index.add(buildWheel({ name: "gamma", version: "1.0" }));
    const { filename, bytes } = buildWheel({ name: "gamma", version: "1.0" });
    const url = `file://${scene.write(`by-url/${filename}`, bytes)}`;
    const run = async (wish: string, ...packages: readonly string[]) => {
      const made = await scene.pybun(["env", "create", "extra", ...packages]);
      expect(made.exitCode, made.stderr).toBe(0);
      scene.write("wish.py", `${block(`dependencies = ["${wish}"]`)}print("ran")\n`);
      const env = { PYBUN_ENV: made.stdout.trim() };
      const { exitCode, stdout, stderr } = await scene.pybun(["run", "wish.py"], { env });
      return `${exitCode} ${stdout}${stderr.split("\n")[0]?.replace(/^.* does not satisfy/, "does not satisfy")}`;
    };
    expect(await run("extra[more]")).toBe(
      "78 does not satisfy 'wish.py': 'gamma' is not installed, and 'extra[more]' requires it",
    );
    expect(await run("extra[more]", "gamma")).toBe("0 ran\n");
    expect(await run(`gamma @ ${url}`, "gamma")).toBe(
      `78 does not satisfy 'wish.py': gamma 1.0 is installed, but from no URL, and 'gamma @ ${url}' is required`,
    );
    expect(await run(`gamma @ ${url}`, `gamma @ ${url}`)).toBe("0 ran\n");
  }, 30_000);
});

describe("PYBUN_ENV is judged by what is imported", () => {
  const marked = (name: string, version: string, files: Record<string, string> = {}) =>
    buildWheel({ name, version, files: { [`${name}.py`]: `version = '${version}'\n`, ...files } });

  const put = (site: string, { name, version }: { name: string; version: string }) => {
    scene.write(join(site, `${name}.py`), `version = '${version}'\n`);
    const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
    scene.write(join(site, `${name}-${version}.dist-info/METADATA`), metadata);
  };

  /** What runs with a block that wants this version. */
  async function run(name: string, { version, env }: { version: string; env: Readonly<Record<string, string>> }) {
    const text = `${block(`dependencies = ["${name}==${version}"]`)}import ${name}; print(${name}.version)\n`;
    scene.write("judged.py", text);
    const { exitCode, stdout, stderr } = await scene.pybun(["run", "judged.py"], { env });
    return `${exitCode} ${stdout}${/E_RUN_ENVIRONMENT_UNSATISFIED.*: (\S+ \S+ is installed)/.exec(stderr)?.[1] ?? ""}`;
  }

  const purelibOf = async (prefix: string): Promise<string> => {
    const code = "import sysconfig; print(sysconfig.get_path('purelib'))";
    const { stdout } = await runProgram([join(prefix, "bin/python"), "-c", code], { env: scene.environment });
    return stdout.trim().slice(scene.directory.length + 1);
  };

  test.each([
    ["plain", {}],
    ["code", { "judged-code.pth": "import sys\n" }],
  ])(
    "an installation by hand goes before the view, whose line is %s",
    async (kind, files) => {
      const name = `judged${kind}`;
      scene.index.add(marked(name, "1.0", files));
      const made = await scene.pybun(["env", "create", `${name}==1.0`, "--dir", `hand-${kind}`]);
      const prefix = made.stdout.trim();
      put(await purelibOf(prefix), { name, version: "0.5" });
      const line = readFileSync(join(scene.directory, await purelibOf(prefix), "~vivarium-view.pth"), "utf8");
      expect(line.startsWith("import site")).toBe(kind === "code");
      const env = { PYBUN_ENV: prefix };
      expect(await run(name, { version: "0.5", env })).toBe("0 0.5\n");
      expect(await run(name, { version: "1.0", env })).toBe(`78 ${name} 0.5 is installed`);
    },
    30_000,
  );

  test("through a link, and with directories of other places on its path", async () => {
    const prefix = await makeVenv(join(scene.directory, "linked"));
    const site = await purelibOf(prefix);
    put(site, { name: "judgedlink", version: "1.0" });
    put("second", { name: "judgedlink", version: "2.0" });
    put("second", { name: "judgedsecond", version: "2.0" });
    scene.write(join(site, "second.pth"), `${join(scene.directory, "second")}\n`);
    symlinkSync(prefix, join(scene.directory, "a-link"));
    const env = { PYBUN_ENV: join(scene.directory, "a-link") };
    expect(await run("judgedlink", { version: "1.0", env })).toBe("0 1.0\n");
    expect(await run("judgedlink", { version: "2.0", env })).toBe("78 judgedlink 1.0 is installed");
    expect(await run("judgedsecond", { version: "2.0", env })).toBe("0 2.0\n");
  }, 30_000);

  test("the user's own and the base's packages come after the environment's, where it lets them be seen", async () => {
    const prefix = join(scene.directory, "open");
    const made = [scene.python, "-m", "venv", "--without-pip", "--system-site-packages", prefix];
    expect((await runProgram(made, { env: scene.environment })).exitCode).toBe(0);
    const ask = [join(prefix, "bin/python"), "-c", "import site; print(site.getusersitepackages())"];
    const user = (await runProgram(ask, { env: scene.environment })).stdout.trim().slice(scene.directory.length + 1);
    put(user, { name: "judgeduser", version: "1.0" });
    const env = { PYBUN_ENV: prefix };
    expect(await run("judgeduser", { version: "1.0", env })).toBe("0 1.0\n");
    const isolated = { PYBUN_ENV: prefix, PYTHONNOUSERSITE: "1" };
    expect(await run("judgeduser", { version: "1.0", env: isolated })).toStartWith("78 ");
    put("by-path", { name: "judgeduser", version: "3.0" });
    scene.write("by-path/sitecustomize.py", "import atexit; print('hello', end=''); atexit.register(print, 'bye')\n");
    scene.write("json.py", "raise SystemExit('the current directory is not looked at')\n");
    const withPath = { ...env, PYTHONPATH: join(scene.directory, "by-path") };
    expect(await run("judgeduser", { version: "3.0", env: withPath })).toBe("0 hello3.0\nbye\n");
    expect(await run("judgeduser", { version: "1.0", env: withPath })).toBe("78 judgeduser 3.0 is installed");
    unlinkSync(join(scene.directory, "json.py"));
  }, 30_000);
});

describe("--with", () => {
  test("is solved together with a block", async () => {
    scene.write("both.py", `${block('dependencies = ["alpha"]')}import alpha, tool; print(alpha.version)\n`);
    const { stdout } = await scene.pybun(["run", "--with", "alpha==1.0", "--with", "tool", "both.py"]);
    expect(stdout).toBe("1.0\n");
  });

  test("is laid over a .venv: its packages win, those of the .venv are seen", async () => {
    const site = await runProgram(
      [join(project, "bin/python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
      { env: scene.environment },
    );
    const place = site.stdout.trim().slice(scene.directory.length + 1);
    scene.write(join(place, "own.py"), "name = 'own'\n");
    scene.write(join(place, "alpha.py"), "version = 'old'\n");
    scene.write(join(place, "editable.pth"), `${scene.directory}/elsewhere\n`);
    scene.write("elsewhere/edited.py", "name = 'edited'\n");
    const code = "import alpha, own, edited; print(alpha.version, own.name, edited.name)";
    const cwd = join(scene.directory, "project");
    const { stdout, stderr } = await scene.pybun(["run", "--with", "alpha", "-c", code], { cwd });
    expect(stdout, stderr).toBe("2.0 own edited\n");
  });
});

describe("--with over a .venv that has some of it", () => {
  const code = "import upper, lower; print(upper.version, lower.version)";

  async function sitePackages(...options: readonly string[]): Promise<{ cwd: string; site: string }> {
    const cwd = join(scene.directory, `partly${options.length}`);
    const made = [scene.python, "-m", "venv", "--without-pip", ...options, join(cwd, ".venv")];
    expect((await runProgram(made, { env: scene.environment })).exitCode).toBe(0);
    const ask = [join(cwd, ".venv/bin/python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"];
    const site = (await runProgram(ask, { env: scene.environment })).stdout.trim();
    return { cwd, site: site.slice(scene.directory.length + 1) };
  }

  test("what is there and fits is not installed again; another version comes only where it must, and shadows", async () => {
    scene.index.add(buildWheel({ name: "upper", version: "2.0", requires: ["lower"] }));
    for (const version of ["0.4", "0.5"]) scene.index.add(buildWheel({ name: "lower", version }));
    const { cwd, site } = await sitePackages();
    scene.write(join(site, "lower.py"), "version = '0.4 of the project'\n");
    scene.write(join(site, "lower-0.4.dist-info/METADATA"), "Metadata-Version: 2.1\nName: lower\nVersion: 0.4\n");
    const run = (...words: readonly string[]) => scene.pybun(["run", ...words, "-c", code], { cwd });
    expect((await run("--with", "upper")).stdout).toBe("2.0 0.4 of the project\n");
    expect((await run("--with", "upper", "--with", "lower>0.4")).stdout).toBe("2.0 0.5\n");
    // All of it is there: nothing is installed, and the project's own environment answers.
    const there = await scene.pybun(["run", "--with", "lower<0.5", "-c", "import lower; print(lower.version)"], {
      cwd,
    });
    expect(there.stdout).toBe("0.4 of the project\n");
    // Another state of the project is another environment.
    scene.write(join(site, "lower-0.5.dist-info/METADATA"), "Metadata-Version: 2.1\nName: lower\nVersion: 0.5\n");
    rmSync(join(scene.directory, site, "lower-0.4.dist-info"), { recursive: true });
    scene.write(join(site, "lower.py"), "version = '0.5 of the project by now'\n");
    expect((await run("--with", "upper")).stdout).toBe("2.0 0.5 of the project by now\n");
  }, 30_000);

  test("the system's packages are seen where the .venv lets them be seen", async () => {
    const ask =
      "import sys, sysconfig; print(sysconfig.get_path('purelib', vars={'base': sys.base_prefix}) in sys.path)";
    for (const options of [[], ["--system-site-packages"]]) {
      const { cwd } = await sitePackages(...options);
      const { stdout } = await scene.pybun(["run", "--with", "alpha", "-c", ask], { cwd });
      expect({ options, stdout }).toEqual({ options, stdout: options.length === 0 ? "False\n" : "True\n" });
    }
  }, 30_000);
});

test("--with prefers what an environment of ours has in its view", async () => {
  for (const version of ["1.0", "2.0"])
    scene.index.add(buildWheel({ name: "viewed", version, files: { "viewed.py": `version = '${version}'\n` } }));
  const made = await scene.pybun(["env", "create", "viewed==1.0", "--dir", "with-view"]);
  const env = { VIRTUAL_ENV: made.stdout.trim() };
  const run = (wish: string) =>
    scene.pybun(["run", "--with", wish, "-c", "import viewed; print(viewed.version)"], { env });
  expect((await run("viewed")).stdout).toBe("1.0\n");
  expect((await run("viewed>1")).stdout).toBe("2.0\n");
}, 20_000);

describe("programs", () => {
  test("of the environment, with arguments untouched and their exit code", async () => {
    const { stdout, exitCode } = await scene.pybun(["run", "--with", "tool", "tool-script", "--with", "-x", ""]);
    expect(stdout).toBe("tool ['--with', '-x', '']\n");
    expect(exitCode).toBe(5);
  });

  test("of PATH", async () => {
    const { stdout } = await scene.pybun(["run", "sh", "-c", "echo $0 $1", "zero", "one"]);
    expect(stdout).toBe("zero one\n");
  });

  test("that are nowhere: 66", async () => {
    const { stdout, exitCode } = await scene.pybun(["run", "--format", "json", "no-such-program"]);
    expect(exitCode).toBe(66);
    expect(stdout).toContain("E_RUN_COMMAND_NOT_FOUND");
  });

  test("that cannot be started: 66", async () => {
    scene.write("odd", "\x7fELF nothing");
    await runProgram(["chmod", "+x", join(scene.directory, "odd")], { env: scene.environment });
    const { stderr, exitCode } = await scene.pybun(["run", "./odd"]);
    expect(exitCode).toBe(66);
    expect(stderr).toContain("E_RUN_CANNOT_START");
  });
});

describe("--explain", () => {
  test("says which and why, and installs nothing", async () => {
    scene.write(
      "never.py",
      `${block('requires-python = ">=3.9"', 'dependencies = ["never-installed"]')}raise SystemExit(1)\n`,
    );
    const before = existsSync(join(scene.cache, "index-v1"));
    const text = await scene.pybun(["run", "--explain", "never.py"]);
    expect(text.exitCode).toBe(0);
    expect(text.stdout).toContain("selected by   script: the script's metadata block asks for it");
    expect(text.stdout).toContain("environment   not made yet");
    expect(text.stdout).toContain("requirements  never-installed");
    expect(existsSync(join(scene.cache, "index-v1"))).toBe(before);
    const json = await scene.pybun(["run", "--explain", "--format", "json", "never.py"]);
    const { detail } = await assertValidEnvelope(json.stdout, runCommand);
    expect(detail).toMatchObject({
      environment: { selected_by: "script", exists: false },
      script: { line: 1, dependencies: ["never-installed"], requires_python: ">=3.9" },
    });
  });

  test("needs nothing to run", async () => {
    const { stdout } = await scene.pybun(["run", "--explain"], { cwd: join(scene.directory, "project") });
    expect(stdout).toContain(`environment   ${project}`);
    expect(stdout).toContain("selected by   project");
  });
});
