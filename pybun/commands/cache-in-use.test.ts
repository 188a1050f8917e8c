/** Cleaning and verifying beside running programs, and by users whom permissions stop. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asOrdinaryUser, isRoot, nobody } from "@vivarium/core/testing/ordinary-user";
import { block, openRunScene, type RunScene, runProgram } from "../../tests/run/run-scene.ts";
import { environmentKind } from "../env/environment-record.ts";

let scene: RunScene;
beforeEach(async () => {
  scene = await openRunScene();
});
afterEach(() => scene.close());

/** Imports beta after it was told to: by then the store was cleaned. */
const patient = `${block('dependencies = ["alpha"]')}import sys
print("ready", flush=True)
sys.stdin.readline()
import alpha, beta
print(alpha.version, beta.version)
`;

describe("beside a running program", () => {
  test.each(["clean", "verify"])(
    "cache %s leaves what the program uses, on its first run and on a warm one",
    async (member) => {
      scene.write("patient.py", patient);
      for (const start of ["first", "warm"]) {
        const child = Bun.spawn([scene.program, "run", "patient.py"], {
          cwd: scene.directory,
          env: scene.environment,
          stdin: "pipe",
          stdout: "pipe",
          stderr: "inherit",
        });
        const output = child.stdout.getReader();
        expect(new TextDecoder().decode((await output.read()).value), start).toBe("ready\n");
        await scene.pybun(["env", "create", "tool"]);
        const { exitCode, stdout } = await scene.pybun(["cache", member]);
        expect(exitCode).toBe(0);
        if (member === "clean") expect(stdout).toMatch(/; \d+ in use stay\n$/);
        await child.stdin.write("\n");
        await child.stdin.end();
        expect(new TextDecoder().decode((await output.read()).value), start).toBe("2.0 0.5\n");
        expect(await child.exited).toBe(0);
      }
      await scene.pybun(["cache", "clean"]);
      expect(readdirSync(join(scene.cache, environmentKind))).toEqual([]);
    },
    60_000,
  );
});

/** As root this becomes another user, whose home and cache the scene is. */
function asUser(...words: readonly string[]) {
  return runProgram(asOrdinaryUser([scene.program, ...words]), { cwd: scene.directory, env: scene.environment });
}

async function giveAway(): Promise<void> {
  if (!isRoot) return;
  const { exitCode } = await runProgram(["chown", "-R", `${nobody}:${nobody}`, scene.directory], {});
  expect(exitCode).toBe(0);
}

describe.skipIf(process.platform === "win32")("as a user whom permissions stop", () => {
  test("cache clean removes sealed wheels, views and environments", async () => {
    await giveAway();
    expect(await asUser("env", "create", "alpha")).toMatchObject({ exitCode: 0, stderr: "" });
    const { exitCode, stderr } = await asUser("cache", "clean");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const kind of readdirSync(scene.cache).filter((name) => /^(?:wheels|views|envs)-/.test(name))) {
      expect(readdirSync(join(scene.cache, kind)), kind).toEqual([]);
    }
    expect(readdirSync(join(scene.cache, "trash"))).toEqual([]);
  }, 60_000);

  test("what a killed process left goes, though it holds sealed directories", async () => {
    // Named as core/store/process-identity.ts has it, with a number above all that Linux gives.
    const dead = join(scene.cache, "tmp", `4194304-1-${await pidNamespace()}.0`);
    mkdirSync(join(dead, "entry/tree/package"), { recursive: true });
    writeFileSync(join(dead, "entry/tree/package/module.py"), "");
    for (const path of ["entry/tree/package", "entry/tree"]) chmodSync(join(dead, path), 0o555);
    mkdirSync(join(scene.cache, "choices-v1"));
    const stale = join(scene.cache, "choices-v1/ab.1.0.tmp");
    writeFileSync(stale, "");
    utimesSync(stale, 1, 1);
    await giveAway();
    expect(await asUser("env", "create", "beta")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(existsSync(dead)).toBe(false);
    expect(await asUser("cache", "clean")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(existsSync(stale)).toBe(false);
  }, 60_000);

  test("what belongs to somebody else stays, and is told: E_STORE_PERMISSION, 74", async () => {
    await giveAway();
    await asUser("env", "create", "beta");
    const kind = join(scene.cache, environmentKind);
    if (isRoot) await runProgram(["chown", "root", kind], {});
    chmodSync(kind, 0o555);
    const { exitCode, stderr } = await asUser("cache", "clean");
    expect(stderr).toStartWith("error[E_STORE_PERMISSION]");
    expect(exitCode).toBe(74);
    expect(readdirSync(kind)).toHaveLength(1);
    chmodSync(kind, 0o755);
  }, 60_000);
});

async function pidNamespace(): Promise<string> {
  const { stdout } = await runProgram(["readlink", "/proc/self/ns/pid"], {});
  return /\d+/.exec(stdout)?.[0] ?? "0";
}
