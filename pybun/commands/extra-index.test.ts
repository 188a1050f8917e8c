/** W_INDEX_EXTRA_FIRST says which index wins, of the orders that people have. Offline: no real index is asked. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { openRunScene, type RunScene } from "../../tests/run/run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

const pypi = "https://pypi.org/simple";

/** The warning of a file with these lines, by `resolve` and by `env create`. */
async function hintOf(...lines: readonly string[]): Promise<string> {
  scene.write("indexes.txt", [...lines, "beta", ""].join("\n"));
  const environment = { env: { UV_DEFAULT_INDEX: undefined } };
  const said = [];
  for (const command of [["resolve"], ["env", "create"]]) {
    const { stderr } = await scene.pybun([...command, "--offline", "-r", "indexes.txt"], environment);
    said.push(/^warning\[W_INDEX_EXTRA_FIRST\]: [^\n]+\n((?: [^\n]*\n)*)/.exec(stderr)?.[1] ?? stderr);
  }
  expect(said[1]).toBe(said[0]);
  return said[0] ?? "";
}

test("an extra PyPI wins over the private index", async () => {
  const hint = await hintOf("--index-url https://user:hunter2000@own.invalid/simple", `--extra-index-url ${pypi}/`);
  expect(hint).toContain("A package of PyPI replaces one of the same name on 'https://own.invalid/simple'");
  expect(hint).toContain("make 'https://own.invalid/simple' the extra index and PyPI the default one");
}, 30_000);

test("an extra private index wins over PyPI", async () => {
  const hint = await hintOf("--extra-index-url https://own.invalid/simple");
  expect(hint).toContain("A package of PyPI never replaces one of the same name on 'https://own.invalid/simple'");
}, 30_000);

test("between two others, the extra one wins", async () => {
  const hint = await hintOf("--index-url https://a.invalid/simple", "--extra-index-url https://b.invalid/simple");
  expect(hint).toContain("A name that both have is taken from the extra one");
}, 30_000);

test("settings of pip are told in the same words", async () => {
  const env = { UV_DEFAULT_INDEX: undefined, PIP_INDEX_URL: "https://own.invalid/simple", PIP_EXTRA_INDEX_URL: pypi };
  const { stderr } = await scene.pybun(["resolve", "beta", "--offline"], { env });
  expect(stderr).toContain("A package of PyPI replaces one of the same name on 'https://own.invalid/simple'");
}, 30_000);
