/** What was installed into a script's environment by hand: it stays, `--explain` names it, and `--refresh` undoes it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { buildWheel } from "../fixture-index/index.ts";
import { block, openRunScene, type RunScene } from "./run-scene.ts";

let scene: RunScene;
let fifo = "";
const header = block('dependencies = ["pinned==1.17", "copied"]', "[tool.pybun]", 'materialize = ["copied"]');

/** Does what `pip install` does as far as it can be seen: a module and its metadata, in the private site-packages. */
const install = `
import os, sys, sysconfig
def install(name, version):
    site = sysconfig.get_path("purelib")
    with open(f"{site}/{name}.py", "w") as module: module.write(f"version = '{version}'\\n")
    os.makedirs(f"{site}/{name}-{version}.dist-info")
    with open(f"{site}/{name}-{version}.dist-info/METADATA", "w") as metadata:
        metadata.write(f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
for word in sys.argv[1:]: install(*word.split("=="))
`;

beforeAll(async () => {
  scene = await openRunScene();
  for (const name of ["pinned", "copied"]) scene.index.add(buildWheel({ name, version: "1.17" }));
  fifo = join(scene.directory, "fifo");
  Bun.spawnSync(["mkfifo", fifo]);
  scene.write("pins.py", `${header}import pinned, copied; print(pinned.version, copied.version)\n`);
  scene.write("install.py", `${header}${install}`);
  scene.write("wait.py", `${header}import sys\nopen(${JSON.stringify(fifo)}, 'w').close()\nsys.stdin.read()\n`);
});
beforeEach(async () => {
  expect(await run("--refresh", "pins.py")).toEqual({ exitCode: 0, stdout: "1.17 1.17\n", stderr: "" });
});
afterAll(() => scene.close());

const run = (...args: readonly string[]) => scene.pybun(["run", ...args]);
const versions = async (...options: readonly string[]) => (await run(...options, "pins.py")).stdout;

test("stays without --refresh, which gives the declared versions back", async () => {
  await run("install.py", "pinned==1.15", "stranger==3.0");
  expect([await versions(), await versions()]).toEqual(["1.15 1.17\n", "1.15 1.17\n"]);
  expect(await run("--refresh", "pins.py")).toEqual({ exitCode: 0, stdout: "1.17 1.17\n", stderr: "" });
  expect([await versions(), await versions()]).toEqual(["1.17 1.17\n", "1.17 1.17\n"]);
  expect((await run("--refresh", "-c", "1")).exitCode).toBe(0);
});

test("goes also where it took the place of a distribution that was copied into the environment", async () => {
  await run("install.py", "copied==1.15");
  const shadowed = "shadowed      copied 1.17 by 1.15";
  expect((await run("--explain", "pins.py")).stdout).toContain(shadowed);
  await run("--refresh", "pins.py");
  expect((await run("--explain", "pins.py")).stdout).not.toContain(shadowed);
});

test("comes back where it was a copy, of which files are gone or were edited", async () => {
  scene.write("file.py", `${header}import copied; print(copied.__file__)\n`);
  for (const change of [rmSync, (file: string) => writeFileSync(file, "version = 'edited by hand'\n")]) {
    change((await run("file.py")).stdout.trim());
    expect((await run("pins.py")).stdout).not.toBe("1.17 1.17\n");
    expect(await run("--refresh", "pins.py")).toEqual({ exitCode: 0, stdout: "1.17 1.17\n", stderr: "" });
    expect(await versions()).toBe("1.17 1.17\n");
  }
});

test("goes also where it shadows nothing", async () => {
  scene.write("strange.py", `${block('dependencies = ["pinned==1.17"]')}import stranger\n`);
  scene.write("estrange.py", `${block('dependencies = ["pinned==1.17"]')}${install}`);
  await run("estrange.py", "stranger==3.0");
  expect((await run("strange.py")).exitCode).toBe(0);
  const { stderr, exitCode } = await run("--refresh", "strange.py");
  expect({ exitCode, isGone: stderr.includes("ModuleNotFoundError") }).toEqual({ exitCode: 1, isGone: true });
});

test("leaves an environment that nobody changed as it is", async () => {
  const site = "import copied, sysconfig; print(copied.__file__.startswith(sysconfig.get_path('purelib')))";
  scene.write("where.py", `${header}${site}\n`);
  expect((await run("where.py")).stdout).toBe("True\n");
  const first = await run("--refresh", "--format", "json", "pins.py");
  const { events } = await assertValidEnvelope(first.stdout, runCommand);
  expect(events.flatMap((event) => (event.kind === "env.create" ? [event.created] : []))).toEqual([false]);
});

test("stays while another process runs in it, and a warning says so", async () => {
  await run("install.py", "pinned==1.15");
  const child = Bun.spawn([scene.program, "run", "wait.py"], {
    cwd: scene.directory,
    env: scene.environment,
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
  });
  await Bun.file(fifo).text();
  const { stdout, stderr } = await run("--refresh", "pins.py");
  await child.stdin.end();
  expect(await child.exited).toBe(0);
  expect(stdout).toBe("1.15 1.17\n");
  expect(stderr).toStartWith("warning[W_RUN_ENVIRONMENT_CHANGED]");
  expect(stderr).toContain("pinned 1.15");
  expect(await versions("--refresh")).toBe("1.17 1.17\n");
});

test("is named by --explain where it shadows what was declared", async () => {
  expect((await run("--explain", "pins.py")).stdout).not.toContain("shadowed");
  await run("install.py", "pinned==1.15", "stranger==3.0");
  const { stdout } = await run("--explain", "pins.py");
  expect(stdout).toContain("shadowed      pinned 1.17 by 1.15, which was installed into the environment");
  expect(stdout).not.toContain("stranger");
  const json = await run("--explain", "--format", "json", "pins.py");
  const { detail } = await assertValidEnvelope(json.stdout, runCommand);
  expect(detail).toMatchObject({
    environment: { shadowed: [{ name: "pinned", declared: "1.17", installed: "1.15" }] },
  });
});

describe("what was put there without an installer", () => {
  const put = `
import os, sys, sysconfig
site = sysconfig.get_path("purelib")
for word in sys.argv[1:]:
    os.makedirs(os.path.dirname(f"{site}/{word}"), exist_ok=True)
    with open(f"{site}/{word}", "w") as module: module.write("version = 'fake'\\n")
print(site)
`;
  beforeAll(() => {
    scene.write("put.py", `${header}${put}`);
  });

  test.each([
    ["pinned.py", "fake 1.17\n"],
    ["pinned/__init__.py", "fake 1.17\n"],
    ["copied/__init__.py", "1.17 fake\n"],
  ])("is named by --explain and undone by --refresh: %s", async (path, shown) => {
    const { stdout } = await run("put.py", path);
    const [entry = ""] = path.split("/");
    const name = entry.replace(".py", "");
    const place = `${stdout.trim()}/${entry}`;
    expect(await versions()).toBe(shown);
    const explained = (await run("--explain", "pins.py")).stdout;
    expect(explained).toContain(`shadowed      ${name} 1.17 by '${place}', which was put into the environment`);
    const json = await run("--explain", "--format", "json", "pins.py");
    const { detail } = await assertValidEnvelope(json.stdout, runCommand);
    expect(detail).toMatchObject({ environment: { shadowed: [{ name, declared: "1.17", path: place }] } });
    expect(await versions("--refresh")).toBe("1.17 1.17\n");
    expect((await run("--explain", "pins.py")).stdout).not.toContain("shadowed");
  });

  test("shadows nothing where nothing has its name, and is undone as well", async () => {
    await run("put.py", "strange.py", "deep/er/module.py", "notes/readme.txt", "by-hand.pth");
    expect((await run("--explain", "pins.py")).stdout).not.toContain("shadowed");
    const { stdout } = await run("put.py");
    await run("--refresh", "pins.py");
    for (const path of ["strange.py", "deep", "by-hand.pth"]) expect(existsSync(join(stdout.trim(), path))).toBe(false);
  });
});
