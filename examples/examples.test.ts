/** The examples run with `pybun run`, as the README tells people to run them, and compute what they should. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const launcher = join(import.meta.dir, "..", "node_modules", ".bin", "pybun");
const home = mkdtempSync(join(tmpdir(), "examples-"));

/** For the first download of pandas. */
const timeLimitMs = 180_000;

afterAll(() => rmSync(home, { recursive: true, force: true }), timeLimitMs);

function runExample(name: string) {
  // PYTHONPATH and an active environment of the caller are not what is tested here.
  const { VIRTUAL_ENV: _active, CONDA_PREFIX: _conda, PYTHONPATH: _path, ...environment } = process.env;
  const ran = Bun.spawnSync([launcher, "run", join(import.meta.dir, name)], {
    env: { ...environment, VIVARIUM_HOME: home },
    stdin: "ignore",
  });
  return { exitCode: ran.exitCode, stdout: ran.stdout.toString(), stderr: ran.stderr.toString() };
}

const computed: readonly (readonly [string, unknown])[] = [
  ["numpy_fit.py", { coefficients: [2, -3, 7], rank: 3, peak: 3 }],
  ["pandas_report.py", { by_country: { NO: 37.75, PT: 4 }, by_month: { "2026-01": 7.25, "2026-02": 13.625 } }],
  ["httpx_client.py", { squares: [1, 4, 9, 16, 25] }],
];

test.each(computed)(
  "%s",
  (name, expected) => {
    const { exitCode, stdout, stderr } = runExample(name);
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
    expect(JSON.parse(stdout)).toEqual(expected);
  },
  timeLimitMs,
);

test(
  "hello.py lists the packages of its own environment, and no others",
  () => {
    const { exitCode, stdout, stderr } = runExample("hello.py");
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
    const listed = [...stdout.matchAll(/^│ (\S+) +│ +\d/gm)].map(([, name]) => name);
    expect(listed).toEqual(["humanize", "markdown-it-py", "mdurl", "Pygments", "rich"]);
    expect(stdout).toContain("in an environment made for what this script declares");
  },
  timeLimitMs,
);
