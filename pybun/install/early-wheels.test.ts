/** Wheels that are needed for certain are fetched while the resolution runs. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const scratch = mkdtempSync(join(tmpdir(), "early-wheels-"));
const names = Array.from({ length: 20 }, (_, i) => `part-${String.fromCodePoint(97 + i)}`);
let index: FixtureIndex;

beforeAll(async () => {
  index = await startFixtureIndex();
  for (const [i, name] of names.entries()) {
    index.add(buildWheel({ name, version: "1.0", requires: i === 0 ? [] : [`${names[i - 1]}<2`] }));
  }
  index.add(buildWheel({ name: "quarrel", version: "1.0", requires: ["part-a>=2"] }));
});
afterAll(async () => {
  await index.stop();
  rmSync(scratch, { recursive: true });
});

function create(home: string, lines: readonly string[]) {
  const pins = join(scratch, `${home}.txt`);
  writeFileSync(pins, lines.join("\n"));
  const environment = { VIVARIUM_HOME: join(scratch, home), PIP_CONFIG_FILE: "/dev/null" };
  const argv = ["env", "create", "--default-index", index.simple, "-r", pins, "--dir", join(scratch, `${home}-env`)];
  return runProcess([launcher, "pybun", ...argv, "--format", "jsonl"], { cwd: scratch, environment });
}

test("a list of pins asks for a page and a wheel each, and for nothing else", async () => {
  const { stdout, exitCode } = await create(
    "pins",
    names.map((name) => `${name}==1.0`),
  );
  expect(exitCode).toBe(0);
  const finish = stdout.split("\n").find((line) => line.includes('"resolve.finish"')) ?? "";
  expect(finish).toContain('"packages":20');
  expect(finish).toContain('"requests":40');
}, 30_000);

test("a marker that does not hold makes nothing certain", async () => {
  const others = names.slice(1).map((name) => `${name}==1.0; python_version < "3"`);
  const { stdout, exitCode } = await create("markers", ["part-a==1.0", ...others]);
  expect(exitCode).toBe(0);
  expect(stdout.match(/"install\.unpack"/g)).toHaveLength(1);
}, 30_000);

test("a conflict leaves nothing that is half", async () => {
  const { stdout, exitCode } = await create("conflict", ["quarrel==1.0", ...names.map((name) => `${name}==1.0`)]);
  expect(exitCode).not.toBe(0);
  expect(stdout).toContain("E_RESOLVE_CONFLICT");
  expect(existsSync(join(scratch, "conflict-env"))).toBe(false);
  const unfinished = join(scratch, "conflict", "tmp");
  expect(existsSync(unfinished) ? readdirSync(unfinished) : []).toEqual([]);
}, 30_000);
