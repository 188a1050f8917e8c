import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { meetSystemRequirements } from "./system-requirements.ts";
import { countTests } from "./test-summary.ts";

function runTests(files: Readonly<Record<string, string>>) {
  const directory = mkdtempSync(join(tmpdir(), "summary-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const ran = Bun.spawnSync([process.execPath, "--no-env-file", "--config=/dev/null", "test", "--parallel"], {
    cwd: directory,
    env: { ...process.env, CI: "1" },
  });
  rmSync(directory, { recursive: true });
  return countTests(ran.stderr.toString(), ran.exitCode);
}

const passing = 'import { test } from "bun:test"; test("a", () => {}); test("b", () => {});';

test("counts what passed", () => {
  expect(runTests({ "a.test.ts": passing })).toEqual({ passed: 2, failed: 0, skipped: 0 });
});

test("a file that fails to load is a failure", () => {
  const broken = `import { absent } from "./absent.ts"; ${passing} absent();`;
  expect(runTests({ "a.test.ts": passing, "b.test.ts": broken })).toEqual({ passed: 2, failed: 1, skipped: 0 });
});

test("a test that ends the process is a failure", () => {
  const leaving = 'import { test } from "bun:test"; test("a", () => process.exit(0));';
  expect(runTests({ "a.test.ts": passing, "b.test.ts": leaving })).toEqual({ passed: 2, failed: 1, skipped: 0 });
});

test("no tests at all is a failure", () => {
  expect(runTests({})).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("skipped tests are counted", () => {
  const skipping = 'import { test } from "bun:test"; test("a", () => {}); test.skip("b", () => {}); test.todo("c");';
  expect(runTests({ "a.test.ts": skipping })).toEqual({ passed: 1, failed: 0, skipped: 2 });
});

test("a requirement that stays unmet is named with the line that mends it", () => {
  const unmet = { purpose: "a magnet", isMet: () => false, remedy: "apt-get install -y magnet" };
  const met = { purpose: "a door", isMet: () => true, remedy: "open it" };
  expect(meetSystemRequirements([unmet, met])).toEqual([
    "missing: a magnet; this installs it:\n  apt-get install -y magnet",
  ]);
});
