/** What environments are for: `env list` tells it, `env path` finds them by it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { openRunScene, type RunResult, type RunScene, runProgram } from "../../tests/run/run-scene.ts";
import { detailIn } from "./testing/detail-in.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

const env = (...words: readonly string[]): Promise<RunResult> => scene.pybun(["env", ...words]);
const detailOf = async (name: string, words: readonly string[]): Promise<Record<string, unknown>> =>
  detailIn((await env(name, ...words, "--format=json")).stdout, `env ${name}`);

/** Places, hashes and versions of this machine as words. */
function plain(text: string): string {
  return text
    .replaceAll(scene.directory, "DIR")
    .replaceAll(/127\.0\.0\.1:\d+/g, "HOST")
    .replaceAll(/[0-9a-f]{64}/g, "SHA256")
    .replaceAll(/\b[0-9a-f]{40}\b/g, "KEY")
    .replaceAll(/^[0-9a-f]{12} /gm, "KEY ")
    .replaceAll(/Python [\d.]+/g, "Python V");
}

test("env list tells requirements, normalised, and cuts long lists in its text only", async () => {
  await env("create", "Alpha >=1,<2", "tool");
  await env("create", "alpha", "beta", "tool", "alpha>0", "alpha>0.1", "alpha>0.2", "--dir", "placed");
  const { stdout } = await env("list");
  expect(plain(stdout)).toMatchInlineSnapshot(`
    "KEY  Python V  3 packages  DIR/vivarium/cache/envs-v3/KEY/environment  for alpha<2,>=1, tool
    KEY  Python V  3 packages  DIR/placed  for alpha, alpha>0, alpha>0.1, alpha>0.2 and 2 more
    "
  `);
  const listed = await detailOf("list", []);
  const told = (listed["environments"] as Record<string, unknown>[]).map(({ requirements, packages }) => ({
    requirements,
    packages,
  }));
  expect(plain(JSON.stringify({ told, gone: listed["gone"] }, null, 1))).toMatchSnapshot();
}, 30_000);

test("env path finds the environment of a wish without the index, by any spelling, and no other", async () => {
  const made = (await env("create", "alpha==1.0", "tool")).stdout;
  const asked = scene.index.log.length;
  expect(await env("path", "tool", "Alpha == 1.0")).toEqual({ exitCode: 0, stdout: made, stderr: "" });
  scene.write("wish.txt", "alpha==1.0\ntool\n");
  expect((await env("path", "-r", "wish.txt", "--offline")).stdout).toBe(made);
  for (const words of [["alpha==1.0"], ["alpha==1.0", "tool", "--resolution=lowest"], ["alpha==1.0", "tool", "beta"]]) {
    const { exitCode, stderr } = await env("path", ...words);
    expect({ exitCode, first: stderr.split(":")[0] }).toEqual({ exitCode: 66, first: "error[E_ENV_NOT_FOUND]" });
  }
  expect(scene.index.log).toHaveLength(asked);
  const detail = await detailOf("path", ["alpha==1.0", "tool"]);
  expect(detail["requirements"]).toEqual(["alpha==1.0", "tool"]);
}, 30_000);

test("env path finds what stands at a place of its own; two of them are E_ENV_AMBIGUOUS", async () => {
  await env("create", "beta", "--dir", "one");
  expect((await env("path", "beta")).stdout).toBe(`${join(scene.directory, "one")}\n`);
  await env("create", "beta", "--dir", "two");
  const { exitCode, stderr } = await env("path", "beta");
  expect(exitCode).toBe(65);
  expect(stderr).toStartWith("error[E_ENV_AMBIGUOUS]: 'beta' means more than one environment: '");
  const { key } = await detailOf("path", ["one"]);
  expect((await env("remove", String(key))).stderr).toStartWith("error[E_ENV_AMBIGUOUS]");
  expect((await env("remove", "one", "two")).exitCode).toBe(0);
}, 30_000);

test("a word that can be no requirement is a place or a key that is not there", async () => {
  for (const word of ["./nowhere", "0123456789abcdef", ".."]) {
    const { exitCode, stderr } = await env("path", word);
    expect({ exitCode, stderr: stderr.split("\n")[0] }).toEqual({
      exitCode: 66,
      stderr: `error[E_ENV_NOT_FOUND]: there is no environment '${word}'`,
    });
  }
  expect((await env("path", "alpha>>1")).stderr).toStartWith("error[E_REQUIREMENT_INVALID]");
}, 30_000);

test("an environment by URL tells it without its secrets, also where the wheels were remembered", async () => {
  const page = `${scene.index.simple}/beta/`;
  const file = new URL(/href="([^"#]+)/.exec(await (await fetch(page)).text())?.[1] ?? "", page);
  const secret = file.href.replace("://", "://user:hunter2000@");
  for (const place of ["by-url", "by-url-again"]) {
    const made = await detailOf("create", [`beta @ ${secret}`, "--dir", place]);
    expect(made["packages"]).toMatchObject([{ name: "beta", url: file.href }]);
    const code = "import importlib.metadata as m; print(m.distribution('beta').read_text('direct_url.json'))";
    const { stdout } = await runProgram([join(scene.directory, place, "bin/python"), "-c", code], {});
    expect(JSON.parse(stdout)).toMatchObject({ url: file.href });
  }
  const list = await env("list");
  expect(list.stdout).toContain("for beta @ http://****@");
  expect(list.stdout + JSON.stringify(await detailOf("list", []))).not.toContain("hunter2000");
  const found = await runProgram(["grep", "-rl", "hunter2000", scene.directory], {});
  expect(found.stdout).toBe("");
}, 30_000);
