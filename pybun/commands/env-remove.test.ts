/** `env remove` and `env list`: which environment is meant, and what tells it from its kin. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openRunScene, type RunResult, type RunScene } from "../../tests/run/run-scene.ts";
import { detailIn } from "./testing/detail-in.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

const env = (...words: readonly string[]): Promise<RunResult> => scene.pybun(["env", ...words]);
const detailOf = async (name: string, words: readonly string[]): Promise<Record<string, unknown>> =>
  detailIn((await env(name, ...words, "--format=json")).stdout, `env ${name}`);

/** The path of the new environment. */
async function created(...words: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await env("create", ...words);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.trim();
}

const codeOf = ({ stderr, exitCode }: RunResult): string => `${exitCode} ${stderr.split(":")[0]}`;

test("env remove takes the words that env create took", async () => {
  const path = await created("tool");
  expect(await env("remove", "Tool")).toEqual({ exitCode: 0, stdout: `removed ${path}\n`, stderr: "" });
  expect(existsSync(path)).toBe(false);
  expect(codeOf(await env("remove", "tool"))).toBe("66 error[E_ENV_NOT_FOUND]");

  scene.write("limits.txt", "alpha<2\n");
  scene.write("wish.txt", "alpha\n");
  const several = ["alpha", "tool", "--constraint=limits.txt", "--resolution=lowest"];
  for (const words of [["-r", "wish.txt"], several, ["alpha", "beta"]]) {
    const made = await created(...words);
    expect(await env("remove", ...words, "--offline")).toMatchObject({ exitCode: 0, stdout: `removed ${made}\n` });
  }
}, 30_000);

test("env remove leaves what other options made, also of the same requirements", async () => {
  scene.write("limits.txt", "alpha<2\n");
  const limited = await created("alpha", "-c", "limits.txt");
  const free = await created("alpha");
  await env("remove", "alpha");
  expect([existsSync(free), existsSync(limited)]).toEqual([false, true]);
  await env("remove", "alpha", "-c", "limits.txt");
  expect(existsSync(limited)).toBe(false);
}, 30_000);

test("a word that is a place and a wish is asked back, and nothing is removed where another word is unknown", async () => {
  const stored = await created("tool");
  await created("beta", "--dir", "tool");
  expect(codeOf(await env("remove", "tool", "nothing"))).toBe("66 error[E_ENV_NOT_FOUND]");
  expect(existsSync(join(scene.directory, "tool"))).toBe(true);
  const both = await env("remove", "tool");
  expect(codeOf(both)).toBe("65 error[E_ENV_AMBIGUOUS]");
  expect(both.stderr).toContain(`'${join(scene.directory, "tool")}', '${stored}'`);
  for (const options of [["-p", "3.99"], ["--exclude-newer", "2020-01-01"], ["--no-index"]]) {
    expect((await env("remove", "tool", ...options)).exitCode).not.toBe(0);
    expect(existsSync(join(scene.directory, "tool"))).toBe(true);
  }
  expect((await env("remove", "./tool")).stdout).toBe(`removed ${join(scene.directory, "tool")}\n`);
  expect(existsSync(stored)).toBe(true);
  expect((await env("remove", "tool")).stdout).toBe(`removed ${stored}\n`);
  for (const word of ["./nowhere", ".venv", "envs/dev", "0123456789abcdef"]) {
    expect(codeOf(await env("remove", word))).toBe("66 error[E_ENV_NOT_FOUND]");
  }
  expect(codeOf(await env("remove"))).toBe("2 error[E_USAGE_ARGUMENT_MISSING]");
}, 30_000);

test("an environment that lost its wheels is removed by its requirements too", async () => {
  const path = await created("beta");
  rmSync(String((await detailOf("path", ["beta"]))["view"]), { recursive: true });
  expect((await env("remove", "beta")).stdout).toBe(`removed ${path}\n`);
  expect(existsSync(path)).toBe(false);
}, 30_000);

test("where something else stands by now, the record is forgotten, and the place left alone", async () => {
  const path = await created("beta", "--dir", "taken");
  for (const words of [["taken"], ["taken", "--format=json"]]) {
    await env("create", "beta", "--dir", "taken");
    rmSync(path, { recursive: true });
    scene.write("taken/pyvenv.cfg", "home = /usr/bin\n");
    const { stdout, exitCode } = await env("remove", ...words);
    expect(exitCode).toBe(0);
    if (words.length === 1) expect(stdout).toBe(`forgot ${path}\n`);
    else
      expect(await detailIn(stdout, "env remove")).toEqual({
        removed: [],
        forgotten: [{ key: expect.any(String), path }],
      });
    expect(existsSync(join(path, "pyvenv.cfg"))).toBe(true);
    rmSync(path, { recursive: true });
  }
}, 30_000);

test("two places with one wish are not chosen between", async () => {
  await created("beta", "--dir", "one");
  await created("beta", "--dir", "two");
  expect(codeOf(await env("remove", "beta"))).toBe("65 error[E_ENV_AMBIGUOUS]");
  expect((await env("remove", "one", "two")).exitCode).toBe(0);
}, 30_000);

test("env list tells the options that tell environments of the same requirements apart", async () => {
  const limits = scene.write("limits of mine.txt", "beta<9\n");
  const secret = scene.index.simple.replace("://127.0.0.1", "://user:hunter2000@localhost");
  const plain = await created("beta");
  const limited = await created("beta", "-c", "limits of mine.txt");
  const elsewhere = await created("beta", "--index", secret);
  const { stdout } = await env("list");
  const endOf = (path: string) =>
    stdout
      .split("\n")
      .find((line) => line.includes(` ${path} `))
      ?.split(`${path}  `)[1];
  expect(endOf(plain)).toBe("for beta");
  expect(endOf(limited)).toBe(`for beta, with --constraint '${limits}'`);
  expect(endOf(elsewhere)).toStartWith("for beta, with --index 'http://****@localhost:");
  expect(stdout).not.toContain("hunter2000");
  const { environments } = await detailOf("list", []);
  expect(environments).toContainEqual(
    expect.objectContaining({ path: limited, arguments: ["beta", "--constraint", limits] }),
  );
}, 30_000);
