/** Cleaning and placing beside an installation that is on its way: each waits for the other, and nothing is lost. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWheel } from "../../tests/fixture-index/index.ts";
import { block, openRunScene, type RunScene } from "../../tests/run/run-scene.ts";
import { environmentKind } from "../env/environment-record.ts";
import { placedKind } from "../env/placed-environment.ts";
import { viewKind } from "../env/view.ts";
import { wheelKind } from "../wheel/stored-wheel.ts";

let scene: RunScene;
beforeEach(async () => {
  scene = await openRunScene();
});
afterEach(() => scene.close());

/** Holds the download of a project's wheel back until it is let go. */
function hold(project: string): { readonly asked: Promise<void>; readonly letGo: () => void } {
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<undefined>();
  const wait = () => {
    asked.resolve();
    return held.promise;
  };
  scene.index.behave(new RegExp(`${project}-.*\\.whl$`), wait, { times: 1 });
  return { asked: asked.promise, letGo: () => held.resolve(undefined) };
}

function spawn(...args: readonly string[]) {
  const child = Bun.spawn([scene.program, ...args], {
    cwd: scene.directory,
    env: scene.environment,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  return { child, ended: async () => ({ exitCode: await child.exited, stdout: await child.stdout.text() }) };
}

const script = `${block('dependencies = ["alpha"]')}import alpha, beta\nprint(alpha.version, beta.version)\n`;

/** Starts an installation, and a clean when one of its two wheels is there and the other on its way. */
async function cleanBeside(...args: readonly string[]) {
  const { asked, letGo } = hold("beta");
  const installing = spawn(...args);
  await asked;
  await until(() => existsSync(join(scene.cache, wheelKind)));
  const cleaning = spawn("cache", "clean");
  const told = await cleaning.child.stderr.getReader().read();
  letGo();
  expect(new TextDecoder().decode(told.value)).toStartWith("warning[W_STORE_WAITING]");
  const ended = await Promise.all([installing.ended(), cleaning.ended()]);
  return { installed: ended[0], cleaned: ended[1] };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe("cache clean beside an installation waits until it has ended", () => {
  test("run", async () => {
    scene.write("both.py", script);
    const { installed, cleaned } = await cleanBeside("run", "both.py");
    expect(installed).toEqual({ exitCode: 0, stdout: "2.0 0.5\n" });
    expect(cleaned.exitCode).toBe(0);
    expect(await scene.pybun(["run", "both.py"])).toEqual({ exitCode: 0, stdout: "2.0 0.5\n", stderr: "" });
  }, 60_000);

  test("env create --dir", async () => {
    const { installed, cleaned } = await cleanBeside("env", "create", "alpha", "--dir", "own");
    expect([installed.exitCode, cleaned.exitCode]).toEqual([0, 0]);
    const python = join(scene.directory, "own/bin/python");
    const { stdout } = Bun.spawnSync([python, "-c", "import alpha, beta; print(alpha.version, beta.version)"]);
    expect(stdout.toString()).toBe("2.0 0.5\n");
  }, 60_000);
});

test("ten runs and as many cleans at once: every run works", async () => {
  scene.write("both.py", script);
  const starts = Array.from({ length: 10 }, () => [spawn("run", "both.py"), spawn("cache", "clean")]).flat();
  for (const [index, { ended }] of starts.entries()) {
    expect(await ended(), String(index)).toMatchObject(
      index % 2 === 0 ? { exitCode: 0, stdout: "2.0 0.5\n" } : { exitCode: 0 },
    );
  }
}, 120_000);

describe("a run mends what somebody took away by hand", () => {
  const run = ["run", "--with", "alpha", "-c", "import alpha, beta; print(alpha.version, beta.version)"];
  const works = { exitCode: 0, stdout: "2.0 0.5\n" };

  test.each([
    ["a wheel of its environment", wheelKind],
    ["the view", viewKind],
    ["the environment", environmentKind],
  ])(
    "%s",
    async (_, kind) => {
      expect(await scene.pybun(run)).toMatchObject(works);
      const folder = join(scene.cache, kind);
      // At once: behind the run its wheels are compiled, and what is written meanwhile would keep folders that are emptied.
      renameSync(join(folder, readdirSync(folder)[0] ?? ""), join(scene.directory, "taken"));
      expect(await scene.pybun(run)).toMatchObject(works);
    },
    60_000,
  );
});

describe("of two that make an environment at one place", () => {
  test("the second is refused when the first one's is for something else: E_ENV_EXISTS", async () => {
    const { asked, letGo } = hold("beta");
    const late = spawn("env", "create", "alpha", "--dir", "own");
    await asked;
    expect(await scene.pybun(["env", "create", "tool", "--dir", "own"])).toMatchObject({ exitCode: 0 });
    letGo();
    const { exitCode } = await late.ended();
    expect(await late.child.stderr.text()).toStartWith("error[E_ENV_EXISTS]");
    expect(exitCode).toBe(65);
    const { stdout } = Bun.spawnSync([join(scene.directory, "own/bin/tool-script")]);
    expect(stdout.toString()).toBe("tool []\n");
  }, 60_000);

  test("one of them wins, also when both have their wheels", async () => {
    scene.index.add(buildWheel({ name: "other", version: "1.0" }));
    for (const name of ["tool", "other"]) await scene.pybun(["env", "create", name]);
    for (const round of Array.from({ length: 8 }, (_, index) => String(index))) {
      const both = ["tool", "other"].map((name) => spawn("env", "create", name, "--dir", round));
      const ended = await Promise.all(both.map((each) => each.ended()));
      expect(new Set(ended.map(({ exitCode }) => exitCode)), round).toEqual(new Set([0, 65]));
    }
  }, 120_000);
});

test("a pointer that a killed process left in the making is none, and goes", async () => {
  expect(await scene.pybun(["env", "create", "tool", "--dir", "own"])).toMatchObject({ exitCode: 0 });
  const folder = join(scene.cache, placedKind);
  const [name = ""] = readdirSync(folder);
  writeFileSync(join(folder, `${name}.4242.0.tmp`), "0123");
  mkdirSync(join(folder, "odd"));
  const { stdout, exitCode } = await scene.pybun(["env", "list", "--format=json"]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    detail: { gone: [], environments: [{ path: join(scene.directory, "own") }] },
  });
  expect(readFileSync(join(folder, name), "utf8")).toContain(join(scene.directory, "own"));
}, 60_000);
