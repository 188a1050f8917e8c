/**
 * `npm test [-- PATTERN…]`: every test of the repository, in as many processes as there are cores.
 *
 * Bun's output passes through as it comes; the last line is `N passed, N failed`. CI=1 makes Bun fail on a missing
 * inline snapshot instead of writing it. Stdin is closed: no test may wait for a person. On Linux, where every test
 * can run, a skipped test counts as a failure.
 */
import { join } from "node:path";
import { built, builtNames } from "../tests/components/built.ts";
import { oracleNode } from "./npm-oracles.ts";
import { oraclePython } from "./oracles.ts";
import { meetSystemRequirements } from "./system-requirements.ts";
import { countTests, type TestCounts } from "./test-summary.ts";

const root = join(import.meta.dir, "..");
const folders = ["core", "cli", "isorun", "pybun", "vivarium", "tests", "tools", "bench", "examples"];

/** For tests that name no limit of their own. */
const timeLimitMs = 60_000;

const patterns = process.argv.slice(2);
process.exitCode = await main();

async function main(): Promise<number> {
  const missing = meetSystemRequirements();
  if (missing.length > 0) {
    console.error(missing.join("\n"));
    return conclude({ passed: 0, failed: missing.length, skipped: 0 });
  }
  // Made before the tests, so that the time of the download is not taken from the first test that needs it.
  await oraclePython();
  if (patterns.length === 0) await makeComponents();
  const { output, exitCode } = await runBunTest(
    patterns.length > 0 ? patterns : folders.map((folder) => `./${folder}/`),
  );
  const counts = countTests(output, exitCode);
  if (counts.skipped === 0 || process.platform !== "linux") return conclude(counts);
  console.error(`${counts.skipped} skipped: on Linux each test must run`);
  return conclude({ ...counts, failed: counts.failed + counts.skipped });
}

/** Some tests want no more than one of them, or none: those make what they need themselves. */
async function makeComponents(): Promise<void> {
  await oracleNode();
  for (const name of builtNames) await built(name);
}

async function runBunTest(paths: readonly string[]): Promise<{ output: string; exitCode: number }> {
  const child = Bun.spawn(
    [
      process.execPath,
      "--no-env-file",
      "--config=/dev/null",
      "test",
      "--parallel",
      `--timeout=${timeLimitMs}`,
      ...paths,
    ],
    { cwd: root, env: { ...process.env, CI: "1" }, stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  const [, output] = await Promise.all([pass(child.stdout), pass(child.stderr)]);
  return { output, exitCode: await child.exited };
}

/** Passes a stream on to stderr and keeps it: stdout holds the closing line only. */
async function pass(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    process.stderr.write(chunk);
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function conclude({ passed, failed }: TestCounts): number {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
