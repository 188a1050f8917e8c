/** Which Python an environment is made of, and pins are resolved for: the one that a run in the same directory has. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeRenamedPython, type RenamedPython } from "../../tests/run/renamed-python.ts";
import { openRunScene, type RunResult, type RunScene } from "../../tests/run/run-scene.ts";

let scene: RunScene;
let other: RenamedPython;
let minor: string;

beforeAll(async () => {
  scene = await openRunScene();
  other = await makeRenamedPython(scene, "other");
  minor = other.sceneVersion.split(".").slice(0, 2).join(".");
}, 60_000);
afterAll(() => scene.close());

/** The scene's own Python is the first on PATH. */
const run = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> =>
  scene.pybun(args, {
    cwd: join(scene.directory, cwd),
    env: { PATH: `${dirname(scene.python)}:${join(other.prefix, "bin")}:/usr/bin:/bin`, ...env },
  });

interface Made {
  readonly path: string;
  readonly interpreter: { readonly path: string; readonly version: string };
  readonly arguments?: readonly string[];
}

/** The detail of a command that succeeds, and what it warns of. */
async function detailOf(cwd: string, args: readonly string[], env?: Readonly<Record<string, string>>) {
  const { exitCode, stdout, stderr } = await run(cwd, [...args, "--format=json"], env);
  expect(exitCode, stdout + stderr).toBe(0);
  const { detail, diagnostics } = JSON.parse(stdout) as { detail: Made; diagnostics: { code: string }[] }; // the envelope of success
  return { detail, codes: diagnostics.map(({ code }) => code) };
}

const create = (cwd: string, ...words: readonly string[]) => detailOf(cwd, ["env", "create", "beta", ...words]);

const project = (requires: string): string => `[project]\nname = "p"\nversion = "1"\nrequires-python = "${requires}"\n`;

describe("of a directory's name", () => {
  test.each(["env", "UV_PYTHON"])("a Python is taken from it: %s", async (way) => {
    mkdirSync(join(scene.directory, "named"), { recursive: true });
    rmSync(join(scene.directory, "named", ".venv"), { force: true });
    symlinkSync(other.prefix, join(scene.directory, "named", ".venv"));
    const env = way === "env" ? {} : { UV_PYTHON: ".venv" };
    const words = way === "env" ? ["-p", ".venv"] : [];
    const { detail } = await detailOf("named", ["env", "create", "beta", ...words], env);
    expect(detail.interpreter.version).toBe(other.version);
    if (way === "env") expect(detail.arguments).toContain(join(scene.directory, "named", ".venv"));
    const resolved = await run("named", ["resolve", "beta", ...words, "--format=json"], env);
    expect(resolved.stdout).toContain(`"version":"${other.version}"`);
    const explained = await run("named", ["run", "--explain", ...words, "-c", "1"], env);
    expect(explained.stdout).toContain(other.version);
  });
});

describe("in a project that requires another Python than the first on PATH", () => {
  test("`env create`, `env path`, `resolve` and `run` agree", async () => {
    scene.write("newer/pyproject.toml", project(">=3.97"));
    mkdirSync(join(scene.directory, "newer", "deep"));
    const { detail, codes } = await create("newer/deep");
    expect({ version: detail.interpreter.version, codes }).toEqual({ version: other.version, codes: [] });
    expect((await run("newer/deep", ["env", "path", "beta"])).stdout).toBe(`${detail.path}\n`);
    expect((await run("newer", ["run", "--explain", "-c", "1"])).stdout).toContain(other.version);
    expect((await run("newer", ["resolve", "beta", "--format=json"])).stdout).toContain(`"version":"${other.version}"`);
  });

  test("what the project forbids is made anew as the warning advises", async () => {
    scene.write("again/pyproject.toml", project(">=3.9"));
    await create("again", "--dir", ".venv");
    scene.write("again/pyproject.toml", project(">=3.97"));
    expect((await run("again", ["run", "-c", "1"])).stderr).toContain("W_RUN_PROJECT_PYTHON");
    await create("again", "--dir", ".venv", "--clear");
    expect((await run("again", ["run", "-c", "1"])).stderr).toBe("");
  });

  test("`--python` goes before it, and `--python-version` does without", async () => {
    scene.write("asked/pyproject.toml", project(">=3.97"));
    expect((await create("asked", "-p", minor)).detail.interpreter.version).toBe(other.sceneVersion);
    scene.write("nothing/pyproject.toml", project(">=3.98"));
    expect((await run("nothing", ["env", "create", "beta"])).stderr).toContain("requires-python '>=3.98'");
    expect((await run("nothing", ["resolve", "beta", "--python-version", "3.12"])).exitCode).toBe(0);
  });

  test("a pin that it forbids is told of, and one that it allows decides", async () => {
    scene.write("torn/pyproject.toml", project(">=3.97"));
    scene.write("torn/.python-version", `${minor}\n`);
    const { detail, codes } = await create("torn");
    expect({ version: detail.interpreter.version, codes }).toEqual({
      version: other.version,
      codes: ["W_RUN_PIN_PASSED_OVER"],
    });
    scene.write("pinned/pyproject.toml", project(">=3.9"));
    scene.write("pinned/.python-version", "3.97\n");
    expect((await create("pinned")).detail.interpreter.version).toBe(other.version);
  });

  test("a pyproject.toml that is none is told, unless `--python` makes it needless", async () => {
    scene.write("odd/pyproject.toml", "[project\n");
    const { exitCode, stderr } = await run("odd", ["env", "create", "beta"]);
    expect([exitCode, stderr.includes("E_RUN_PROJECT_FILE")]).toEqual([65, true]);
    expect((await run("odd", ["env", "create", "beta", "-p", minor])).exitCode).toBe(0);
  });
});
