/** Settings that users of uv and pip have already, as `pybun run` obeys them, on the long way and on the warm one. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { buildWheel } from "../fixture-index/index.ts";
import { block, openRunScene, type RunScene } from "./run-scene.ts";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
  scene.index.add(buildWheel({ name: "gamma", version: "1.0" }), { uploadTime: "2024-01-01T00:00:00Z" });
  scene.index.add(buildWheel({ name: "gamma", version: "2.0" }), { uploadTime: "2024-06-01T00:00:00Z" });
  scene.index.add(buildWheel({ name: "gamma", version: "3.0b1" }), { uploadTime: "2024-07-01T00:00:00Z" });
  scene.write("limits.txt", "-c deeper.txt\n");
  scene.write("deeper.txt", "gamma<2\n");
  scene.write(
    "script.py",
    `${block('dependencies = ["gamma"]')}import importlib.metadata as m; print(m.version("gamma"))\n`,
  );
});

afterAll(() => scene.close());

const run = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  scene.pybun(["run", ...args, "script.py"], { env });

/** Three runs: the first makes the environment, the next are warm. */
async function versions(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const found: string[] = [];
  for (let round = 0; round < 3; round++) {
    const { stdout, stderr } = await run(env);
    found.push(stdout.trim() || stderr);
  }
  return [...new Set(found)];
}

describe("a setting is obeyed, whatever ran before", () => {
  test.each([
    ["UV_EXCLUDE_NEWER", "2024-02-01", "1.0"],
    ["UV_PRERELEASE", "allow", "3.0b1"],
    ["PIP_PRE", "1", "3.0b1"],
    ["UV_RESOLUTION", "lowest", "1.0"],
    ["UV_CONSTRAINT", "limits.txt", "1.0"],
    ["PIP_CONSTRAINT", "limits.txt", "1.0"],
  ])(
    "%s=%s",
    async (name, value, version) => {
      expect(await versions({})).toEqual(["2.0"]);
      expect(await versions({ [name]: value })).toEqual([version]);
      expect(await versions({})).toEqual(["2.0"]);
    },
    30_000,
  );

  test("a file of pip that changes", async () => {
    const env = { PIP_CONFIG_FILE: join(scene.directory, "pip.conf") };
    writeFileSync(env.PIP_CONFIG_FILE, "[install]\npre = yes\n");
    expect(await versions(env)).toEqual(["3.0b1"]);
    writeFileSync(env.PIP_CONFIG_FILE, "[install]\n");
    expect(await versions(env)).toEqual(["2.0"]);
  });

  test("a file of constraints that changes, also one that another includes", async () => {
    scene.write("outer.txt", "-c inner.txt\n");
    scene.write("inner.txt", "gamma<2\n");
    const env = { UV_CONSTRAINT: "outer.txt" };
    expect(await versions(env)).toEqual(["1.0"]);
    scene.write("inner.txt", "# nothing any more\n");
    expect(await versions(env)).toEqual(["2.0"]);
  });

  const alike = (name: string, text: string): void => utimesSync(scene.write(name, text), 1_577_836_800, 1_577_836_800);
  const lead = (link: string, target: string): void => {
    rmSync(join(scene.directory, link), { force: true });
    symlinkSync(target, join(scene.directory, link));
  };

  test("a link on the way to a file of constraints that is moved to another one, equal in size and time", async () => {
    alike("d1/k.txt", "gamma==1.0\n");
    alike("d2/k.txt", "gamma==2.0\n");
    lead("current", "d1");
    const env = { UV_CONSTRAINT: "current/k.txt" };
    expect(await versions(env)).toEqual(["1.0"]);
    lead("current", "d2");
    expect(await versions(env)).toEqual(["2.0"]);
  }, 30_000);

  test("a file of constraints that is written in place and given its old time", async () => {
    alike("rewritten.txt", "gamma==1.0\n");
    const env = { UV_CONSTRAINT: "rewritten.txt" };
    expect(await versions(env)).toEqual(["1.0"]);
    alike("rewritten.txt", "gamma==2.0\n");
    expect(await versions(env)).toEqual(["2.0"]);
  }, 30_000);

  test("a directory of settings that is a link and is moved", async () => {
    alike("c1/pip/pip.conf", "[global]\npre = yes\n");
    alike("c2/pip/pip.conf", "[global]\npre = off\n");
    lead("config", "c1");
    const env = { XDG_CONFIG_HOME: join(scene.directory, "config"), PIP_CONFIG_FILE: "" };
    expect(await versions(env)).toEqual(["3.0b1"]);
    lead("config", "c2");
    expect(await versions(env)).toEqual(["2.0"]);
  }, 30_000);

  test("a flag is stronger; the block is weaker", async () => {
    const { stdout } = await run({ UV_EXCLUDE_NEWER: "2024-02-01" }, "--exclude-newer", "2024-06-02");
    expect(stdout).toBe("2.0\n");
    const settings = block('dependencies = ["gamma"]', "[tool.uv]", 'exclude-newer = "2024-06-02"');
    scene.write("dated.py", `${settings}import importlib.metadata as m; print(m.version("gamma"))\n`);
    const runDated = (env: Readonly<Record<string, string>>) => scene.pybun(["run", "dated.py"], { env });
    expect((await runDated({ UV_PRERELEASE: "allow" })).stdout).toBe("2.0\n");
    expect((await runDated({ UV_EXCLUDE_NEWER: "2024-02-01" })).stdout).toBe("1.0\n");
    scene.write("dated.py", `${settings.replace("2024-06-02", "90000 days")}raise SystemExit(1)\n`);
    expect((await runDated({})).exitCode).toBe(65);
  });
});

describe("UV_OFFLINE", () => {
  test("forbids what is not there, and asks for nothing", async () => {
    const asked = scene.index.log.length;
    for (const env of [{ UV_OFFLINE: "1" }, { UV_OFFLINE: "true" }]) {
      const cold = { ...env, VIVARIUM_HOME: join(scene.directory, "cold") };
      const { stderr, exitCode } = await run(cold);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 69, stderr: expect.stringContaining("UV_OFFLINE") });
    }
    expect(scene.index.log.length).toBe(asked);
  });

  test("runs what is there, and is no other environment", async () => {
    const where = async (env: Readonly<Record<string, string>>): Promise<unknown> => {
      const { stdout } = await run(env, "--explain", "--format=json");
      const { detail } = await assertValidEnvelope(stdout, runCommand);
      return (detail as { environment: unknown }).environment; // validated against the command's schema
    };
    expect(await versions({})).toEqual(["2.0"]);
    expect(await where({ UV_OFFLINE: "1" })).toEqual(await where({}));
    expect(await versions({ UV_OFFLINE: "1" })).toEqual(["2.0"]);
  });

  test("and --refresh cannot both be obeyed", async () => {
    const { stderr, exitCode } = await run({ UV_OFFLINE: "1" }, "--refresh");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("UV_OFFLINE") });
  });

  test("that is malformed runs nothing", async () => {
    const { stdout, stderr, exitCode } = await run({ UV_OFFLINE: "perhaps" });
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 78 });
    expect(stderr).toStartWith("error[E_SETTING_INVALID]: cannot use UV_OFFLINE: 'perhaps'");
  });
});

test("UV_PYTHON chooses the interpreter, and --python is stronger", async () => {
  const { stderr, exitCode } = await run({ UV_PYTHON: "3.77" });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 66, stderr: expect.stringContaining("UV_PYTHON '3.77'") });
  expect((await run({ UV_PYTHON: "3.77" }, "--python", scene.python)).stdout).toBe("2.0\n");
  expect(await versions({ UV_PYTHON: scene.python })).toEqual(["2.0"]);
});

describe("UV_ENV_FILE", () => {
  const code = ["run", "-c", "import os; print(os.environ.get('OWN'))"];

  test("gives variables, unless --env-file or UV_NO_ENV_FILE is given", async () => {
    scene.write("one.env", "OWN=one\n");
    scene.write("two.env", "OWN=two\n");
    const print = async (env: Readonly<Record<string, string>>, ...flags: readonly string[]): Promise<string> =>
      (await scene.pybun(["run", ...flags, ...code.slice(1)], { env })).stdout.trim();
    expect(await print({ UV_ENV_FILE: "one.env two.env" })).toBe("two");
    expect(await print({ UV_ENV_FILE: "one.env" }, "--env-file", "two.env")).toBe("two");
    expect(await print({ UV_ENV_FILE: "one.env", UV_NO_ENV_FILE: "1" })).toBe("None");
  });

  test("is read at each run", async () => {
    scene.write("changing.env", "OWN=before\n");
    scene.write("own.py", "import os; print(os.environ.get('OWN'))\n");
    const env = { UV_ENV_FILE: "changing.env" };
    const print = async (): Promise<string> => (await scene.pybun(["run", "own.py"], { env })).stdout.trim();
    expect([await print(), await print()]).toEqual(["before", "before"]);
    scene.write("changing.env", "OWN=after\n");
    expect(await print()).toBe("after");
  });

  test("that is missing is told", async () => {
    const { stderr, exitCode } = await scene.pybun(code, { env: { UV_ENV_FILE: "none.env" } });
    expect(exitCode).toBe(66);
    expect(stderr).toContain("cannot read the variables in 'none.env': it does not exist");
  });
});

test("options in a file of constraints hold for a run, as for pip", async () => {
  scene.write("options.txt", "--pre\n");
  expect((await run({ PIP_CONSTRAINT: "options.txt" })).stdout).toBe("3.0b1\n");
});

test("hashes in a file of constraints hold for a run", async () => {
  scene.write("hashed.txt", `gamma==1.0 --hash=sha256:${"0".repeat(64)}\n`);
  const { exitCode, stderr } = await run({ PIP_CONSTRAINT: "hashed.txt" });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 76, stderr: expect.stringContaining("E_RESOLVE_HASH") });
});

test("a line of constraints that asks for hashes is told like the setting", async () => {
  scene.write("asking.txt", "--require-hashes\nnobody<9\n");
  const { stderr } = await run({ PIP_CONSTRAINT: "asking.txt" });
  expect(stderr).toContain("--require-hashes in '");
  expect(stderr).toContain("W_SETTING_IGNORED");
});

describe("what is not obeyed is told by each run, also by one that finds its packages:", () => {
  test.each([
    ["PIP_REQUIRE_HASHES", () => ({ PIP_REQUIRE_HASHES: "1" })],
    ["PIP_REQUIREMENT", () => ({ PIP_REQUIREMENT: "limits.txt" })],
    ["PIP_EDITABLE", () => ({ PIP_EDITABLE: "." })],
    ["PIP_GROUP", () => ({ PIP_GROUP: "dev" })],
    ["no-deps in '", () => ({ PIP_CONFIG_FILE: scene.write("denied.conf", "[install]\nno-deps = yes\n") })],
  ])(
    "%s",
    async (name, variables) => {
      await versions({});
      const env = variables();
      for (const round of [1, 2, 3]) {
        const { stdout, stderr } = await run(env);
        const told = stderr.split(`warning[W_SETTING_IGNORED]: ${name}`).length - 1;
        expect({ round, stdout, told }).toEqual({ round, stdout: "2.0\n", told: 1 });
      }
      expect((await run({})).stderr).toBe("");
    },
    30_000,
  );
});
