/**
 * `npm run check`: format, lint, types, dead code, tidy and tests. All run even when one fails; a summary with times
 * comes last, and the exit code is 1 if any failed.
 */
import { join } from "node:path";

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const root = join(import.meta.dir, "..");
const bun = [process.execPath, "--no-env-file", "--config=/dev/null"];
const bin = (name: string) => join(root, "node_modules", ".bin", name);

/** The longest step is the tests. */
const timeLimitMs = 30 * 60_000;

const steps: readonly Step[] = [
  { name: "format", command: [bin("biome"), "check", "--linter-enabled=false", "."] },
  { name: "lint", command: [bin("oxlint"), "--type-aware", "--deny-warnings", "."] },
  { name: "types", command: [bin("tsc"), "-p", "."] },
  { name: "dead code", command: [bin("knip")] },
  { name: "tidy", command: [...bun, "test", "./tools/tidy/"] },
  { name: "tests", command: [...bun, "tools/test.ts"] },
];

const results = steps.map((step) => ({ ...step, ...runStep(step) }));
console.log("");
for (const { name, isGreen, durationMs } of results) {
  console.log(`${isGreen ? "ok    " : "FAILED"} ${name.padEnd(10)} ${(durationMs / 1000).toFixed(1).padStart(7)} s`);
}
process.exitCode = results.every(({ isGreen }) => isGreen) ? 0 : 1;

function runStep({ name, command }: Step): { isGreen: boolean; durationMs: number } {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const ran = Bun.spawnSync([...command], {
    cwd: root,
    env: { ...process.env, CI: "1" },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    timeout: timeLimitMs,
  });
  return { isGreen: ran.exitCode === 0, durationMs: performance.now() - start };
}
