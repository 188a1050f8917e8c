/** Environments that are made anew, moved, deleted by hand, or of another version of PyBun. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "@vivarium/core/store";
import { buildWheel } from "../../tests/fixture-index/index.ts";
import { openRunScene, type RunResult, type RunScene, runProgram } from "../../tests/run/run-scene.ts";
import { environmentKind, recordVersion } from "../env/environment-record.ts";
import { findEnvironment, leaseOf } from "../env/list-environments.ts";
import { wheelKind } from "../wheel/stored-wheel.ts";
import { detailIn } from "./testing/detail-in.ts";

let scene: RunScene;
beforeEach(async () => {
  scene = await openRunScene();
});
afterEach(() => scene.close());

const env = (...words: readonly string[]): Promise<RunResult> => scene.pybun(["env", ...words]);
const at = (...names: readonly string[]): string => join(scene.directory, ...names);
const codeOf = ({ stderr }: RunResult): string => /\[([EW]_\w+)\]/.exec(stderr)?.[1] ?? stderr;

async function says(prefix: string): Promise<string> {
  const code = "import alpha; print(alpha.version)";
  return (await runProgram([join(prefix, "bin/python"), "-c", code], {})).stdout.trim();
}

describe("made anew", () => {
  test.each([[[]], [["--dir", "own"]]])(
    "with --clear, the same wish too: %j",
    async (place) => {
      const path = (await env("create", "alpha", ...place)).stdout.trim();
      writeFileSync(join(path, "by-hand.txt"), "");
      await env("create", "alpha", ...place);
      expect(existsSync(join(path, "by-hand.txt"))).toBe(true);
      const cleared = await env("create", "alpha", ...place, "--clear", "--offline");
      expect(cleared).toEqual({ exitCode: 0, stdout: `${path}\n`, stderr: "" });
      expect(existsSync(join(path, "by-hand.txt"))).toBe(false);
      expect(await says(path)).toBe("2.0");
    },
    30_000,
  );

  test("not with --clear while a program uses it: E_ENV_IN_USE", async () => {
    for (const place of [[], ["--dir", "own"]]) {
      const made = await env("create", "alpha", ...place, "--format=json");
      const { path } = (await detailIn(made.stdout, "env create")) as { path: string }; // validated against its schema
      const store = openStore(scene.cache);
      const end = store.lease([leaseOf(store, findEnvironment(store, path, scene.directory))]);
      const refused = await env("create", "alpha", ...place, "--clear");
      end();
      expect([codeOf(refused), refused.exitCode]).toEqual(["E_ENV_IN_USE", 74]);
    }
  }, 30_000);

  test("at its place by --refresh without --clear, if the answer is another", async () => {
    await env("create", "alpha", "--dir", "own");
    writeFileSync(at("own", "by-hand.txt"), "");
    expect((await env("create", "alpha", "--dir", "own", "--refresh")).exitCode).toBe(0);
    expect(existsSync(at("own", "by-hand.txt"))).toBe(true);
    scene.index.add(buildWheel({ name: "alpha", version: "3.0" }));
    expect((await env("create", "alpha", "--dir", "own", "--refresh")).exitCode).toBe(0);
    expect(await says(at("own"))).toBe("3.0");
  }, 30_000);
});

describe("moved", () => {
  test("listed as gone until its new place is named, W_ENV_MOVED; then known there, kept by cache clean", async () => {
    await env("create", "alpha", "--dir", "before");
    renameSync(at("before"), at("after"));
    const gone = `moved or gone: ${at("before")} (\`pybun env remove ${at("before")}\` forgets it)\n`;
    expect((await env("list")).stdout).toBe(gone);
    const asked = await env("path", "after");
    expect({ ...asked, stderr: codeOf(asked) }).toEqual({
      exitCode: 0,
      stdout: `${at("after")}\n`,
      stderr: "W_ENV_MOVED",
    });
    expect((await env("list")).stdout).toEndWith(`  ${at("after")}  made at ${at("before")}  for alpha\n`);
    await scene.pybun(["cache", "clean"]);
    expect(await says(at("after"))).toBe("2.0");
  }, 30_000);

  test("it is made anew at its new place by the command that the warning names", async () => {
    await env("create", "tool", "--dir", "before");
    renameSync(at("before"), at("after"));
    expect(codeOf(await env("create", "tool", "--dir", "after"))).toBe("E_ENV_MOVED");
    const [, command = ""] = /`(pybun env create .*)` makes it anew/.exec((await env("path", "after")).stderr) ?? [];
    const environment = { ...scene.environment, PATH: `${at("home")}:${scene.environment["PATH"]}` };
    expect((await runProgram(["sh", "-c", command], { cwd: "/", env: environment })).exitCode).toBe(0);
    expect((await runProgram([at("after", "bin/tool-script")], {})).stdout).toBe("tool []\n");
    expect((await env("list")).stdout).toEndWith(`  ${at("after")}  for tool\n`);
  }, 30_000);

  test("with its project: a run in it warns, and makes it known there", async () => {
    scene.write("project/x.py", "import alpha; print(alpha.version)\n");
    await env("create", "alpha", "--dir", "project/.venv");
    renameSync(at("project"), at("renamed"));
    const ran = await scene.pybun(["run", "x.py"], { cwd: at("renamed") });
    expect({ ...ran, stderr: codeOf(ran) }).toEqual({ exitCode: 0, stdout: "2.0\n", stderr: "W_ENV_MOVED" });
    expect((await env("list")).stdout).toContain(`  ${at("renamed/.venv")}  made at ${at("project/.venv")}  for alpha`);
    expect((await env("list")).stdout).not.toContain("moved or gone");
  }, 30_000);

  test("a copy is known beside the first one, and both can be removed", async () => {
    await env("create", "alpha", "--dir", "first");
    cpSync(at("first"), at("copy"), { recursive: true, verbatimSymlinks: true });
    await env("path", "copy");
    expect((await env("list")).stdout.match(/package.*/g)).toEqual([
      `packages  ${at("copy")}  made at ${at("first")}  for alpha`,
      `packages  ${at("first")}  for alpha`,
    ]);
    expect((await env("remove", "copy", "first")).exitCode).toBe(0);
    expect((await env("list")).stdout).toBe("");
  }, 30_000);

  test("deleted by hand: it keeps no wheels, and env remove forgets it", async () => {
    await env("create", "alpha", "--dir", "own");
    rmSync(at("own"), { recursive: true });
    expect((await scene.pybun(["cache", "clean"])).stdout).toEndWith("; 1 in use stay\n");
    expect(readdirSync(join(scene.cache, wheelKind))).toEqual([]);
    expect(await env("remove", "own")).toEqual({ exitCode: 0, stdout: `forgot ${at("own")}\n`, stderr: "" });
    expect((await env("list")).stdout).toBe("");
    expect(codeOf(await env("remove", "own"))).toBe("E_ENV_NOT_FOUND");
  }, 30_000);
});

describe("that lost its wheels", () => {
  test("is mended by the command that cache verify names, from any directory", async () => {
    scene.write("sub/pins.txt", "alpha\n");
    scene.write("sub/limits.txt", "alpha<2\n");
    const words = ["env", "create", "-r", "pins.txt", "-c", "limits.txt", "--dir", "../own", "--resolution", "lowest"];
    await scene.pybun(words, { cwd: at("sub") });
    rmSync(join(scene.cache, wheelKind), { recursive: true });
    const verified = await scene.pybun(["cache", "verify", "--format=json"]);
    expect(verified.exitCode).toBe(76);
    const files = `--requirement ${at("sub/pins.txt")} --constraint ${at("sub/limits.txt")}`;
    const command = `pybun env create ${files} --resolution lowest --dir ${at("own")}`;
    expect(await detailIn(verified.stdout, "cache verify")).toMatchObject({ broken: [{ path: at("own"), command }] });
    const environment = { ...scene.environment, PATH: `${at("home")}:${scene.environment["PATH"]}` };
    expect((await runProgram(["sh", "-c", command], { cwd: "/", env: environment })).exitCode).toBe(0);
    expect(await says(at("own"))).toBe("1.0");
  }, 30_000);
});

describe("of another version of PyBun", () => {
  const record = (): string => at("own", ".vivarium-environment.json");

  test.each([1, 99])(
    "a record of format %i is refused, not misread: E_ENV_LAYOUT; --clear makes it anew",
    async (format) => {
      await env("create", "alpha", "--dir", "own");
      // What another layout may hold: other fields, or the same names with other meanings.
      writeFileSync(record(), JSON.stringify({ format, key: "k", path: at("own"), packages: "alpha" }));
      for (const words of [
        ["create", "alpha", "--dir", "own"],
        ["path", "own"],
        ["remove", "own"],
      ]) {
        const { exitCode, stderr } = await env(...words);
        expect(exitCode).toBe(65);
        expect(stderr).toStartWith(`error[E_ENV_LAYOUT]: '${at("own")}' is an environment of another version of PyBun`);
      }
      expect((await env("list")).exitCode).toBe(0);
      expect((await scene.pybun(["cache", "verify"])).exitCode).toBe(0);
      expect((await env("create", "alpha", "--dir", "own", "--clear")).exitCode).toBe(0);
      expect(await says(at("own"))).toBe("2.0");
    },
    30_000,
  );

  test.each(["null", "7", '"text"', "[]", "{", ""])(
    "a record that is '%s' is none of ours",
    async (text) => {
      await env("create", "alpha", "--dir", "own");
      writeFileSync(record(), text);
      expect(codeOf(await env("create", "alpha", "--dir", "own", "--clear"))).toBe("E_ENV_DIRECTORY_TAKEN");
      expect((await env("list")).stdout).toStartWith("moved or gone: ");
    },
    30_000,
  );

  test("in the store it is made again, and cache clean takes the former one away", async () => {
    const path = (await env("create", "alpha")).stdout.trim();
    const file = join(path, "../record.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(`"format":${recordVersion}`, `"format":1`));
    expect((await env("list")).stdout).toBe("");
    expect((await env("create", "alpha", "--offline")).stdout.trim()).toBe(path);
    expect(await says(path)).toBe("2.0");
    renameSync(join(scene.cache, environmentKind), join(scene.cache, "envs-v1"));
    expect((await env("create", "alpha", "--offline")).stdout.trim()).toBe(path);
    await scene.pybun(["cache", "clean"]);
    expect(readdirSync(join(scene.cache, "envs-v1"))).toEqual([]);
  }, 30_000);
});
