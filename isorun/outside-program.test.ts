/** A program outside of the repository: how it depends on the packages (README.md), without a registry. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const program = `
import { Runtime } from "@vivarium/isorun";
import { WasiEnvironment } from "@vivarium/isorun/wasi";
const runtime = new Runtime();
const component = await runtime.load(process.argv[2]);
await using instance = await runtime.instance(component).linkSystem(new WasiEnvironment()).instantiate();
console.log(await instance.call("greet", ["you"]));`;

let directory: string;
beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "isorun-outside-")));
});
afterAll(() => rmSync(directory, { recursive: true }));

const nobody = "http://127.0.0.1:9/";

test.each([
  ["npm", "file:", ["npm", "install", "--offline", "--no-audit", "--no-fund", `--registry=${nobody}`]],
  ["bun", "link:", [process.execPath, "install"]],
])("%s links to a checkout by '%s'", (name, scheme, command) => {
  const cwd = join(directory, name);
  mkdirSync(cwd);
  const dependencies = { "@vivarium/isorun": `${scheme}${relative(cwd, import.meta.dir)}` };
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ type: "module", private: true, dependencies }));
  writeFileSync(join(cwd, "main.ts"), program);
  const env = { ...process.env, BUN_CONFIG_REGISTRY: nobody };
  const installed = Bun.spawnSync(command, { cwd, env, stderr: "pipe" });
  expect(installed.exitCode, installed.stderr.toString()).toBe(0);
  const greet = join(import.meta.dir, "..", "examples", "greet.wasm");
  const ran = Bun.spawnSync([process.execPath, "main.ts", greet], { cwd, env, stderr: "pipe" });
  expect([ran.stdout.toString(), ran.stderr.toString()]).toEqual(["hello, you\n", ""]);
});
