/** The scoreboard in small: the same questions to uv and to us, on an index that the test serves. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { buildWheel, type FixtureIndex, startFixtureIndex, type WheelShape } from "../../tests/fixture-index/index.ts";
import { oracleUv } from "../../tools/oracles.ts";
import { comparePins, parsePins } from "../../tools/scoreboard-pins.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const scratch = mkdtempSync(join(tmpdir(), "beside-uv-"));
let index: FixtureIndex;
let uv: string;

const releases: WheelShape[] = [
  { name: "web", version: "1.0", requires: ["template<2", "net>=1"] },
  {
    name: "web",
    version: "2.0",
    requires: ["template>=2", "net>=2,<3", "speedups; extra == 'fast'"],
    extras: ["fast"],
  },
  { name: "template", version: "1.9" },
  { name: "template", version: "2.0rc1" },
  { name: "template", version: "2.0.post1", requires: ["markup!=1.5"] },
  { name: "markup", version: "1.4" },
  { name: "markup", version: "1.5" },
  { name: "net", version: "1.0" },
  { name: "net", version: "2.4", requires: ["markup<2"] },
  { name: "net", version: "3.0" },
  { name: "speedups", version: "0.3+local.1" },
  { name: "speedups", version: "0.3" },
  { name: "future", version: "1.0" },
  { name: "future", version: "2.0", requiresPython: ">=3.14" },
  { name: "beta", version: "1.0b2", requires: ["net>=3"] },
  // Each release of the one pins a release of the other: the shape of boto3 and botocore.
  ...Array.from({ length: 30 }, (_, n) => ({ name: "twin-a", version: `1.${n}`, requires: [`twin-b==1.${n}`] })),
  ...Array.from({ length: 30 }, (_, n) => ({
    name: "twin-b",
    version: `1.${n}`,
    requires: [n < 20 ? "net<2" : "net>=2"],
  })),
];

/** Markers of metadata, most of them without meaning. */
const oddMarkers = [
  'os_name ~= "posix"',
  '"posix" ~= os_name',
  'os_name === "posix"',
  'python_version === ""',
  'python_version ~= "3"',
  'os_name ~= "posix" and python_version < "2"',
  'os_name ~= "posix" or python_version < "2"',
  'os_name ~= "posix" or python_version > "2"',
  '"3" == "4"',
  "os_name == sys_platform",
  'nonsense == "x"',
  'extra ~= "x"',
  "os_name == 'nt",
];

beforeAll(async () => {
  for (const [i, marker] of oddMarkers.entries())
    releases.push({ name: `odd${i}`, version: "1.0", requires: [`net; ${marker}`] });
  index = await startFixtureIndex();
  for (const shape of releases) index.add(buildWheel(shape));
  uv = await oracleUv();
}, 180_000);
afterAll(async () => {
  await index.stop();
  rmSync(scratch, { recursive: true });
});

async function askUv(requirements: readonly string[]) {
  const file = join(scratch, "requirements.in");
  writeFileSync(file, `${requirements.join("\n")}\n`);
  const argv = ["pip", "compile", "--no-config", "--no-header", "--no-annotate", "--python-version", "3.11"];
  const environment = { UV_CACHE_DIR: join(scratch, "uv") };
  const { stdout, exitCode } = await runProcess([uv, ...argv, "--default-index", index.simple, file], { environment });
  return { isSolved: exitCode === 0, pins: parsePins(stdout) };
}

async function askOurs(requirements: readonly string[]) {
  const environment = { VIVARIUM_HOME: join(scratch, "home"), PIP_CONFIG_FILE: "/dev/null" };
  const argv = ["pybun", "resolve", "--default-index", index.simple, "--python-version", "3.11", ...requirements];
  const { stdout, stderr, exitCode } = await runProcess([launcher, ...argv], { environment });
  expect(exitCode === 0 || stderr.includes("E_RESOLVE_CONFLICT")).toBe(true);
  return { isSolved: exitCode === 0, pins: parsePins(stdout) };
}

test.each([
  [["web[fast]"]],
  [["future", "template<2"]],
  [["beta", "twin-a"]],
  [["twin-a", "net<2"]],
  [["twin-a<1.20", "net>=2"]],
  [["web>=2", "net>=3"]],
  [["web", "markup>=2"]],
  [["future>=2"]],
  [["twin-a>1.25", "twin-b<1.10"]],
  [["beta", "web"]],
])("%p", (requirements) => compare(requirements));

test.each(oddMarkers.map((marker, i) => [marker, `odd${i}`] as const))("in metadata: %s", (_, name) => compare([name]));

async function compare(requirements: readonly string[]): Promise<void> {
  const [theirs, ours] = [await askUv(requirements), await askOurs(requirements)];
  expect(ours.isSolved).toBe(theirs.isSolved);
  expect(comparePins(ours.pins, theirs.pins)).toEqual([]);
}
