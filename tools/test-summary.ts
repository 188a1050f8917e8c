/**
 * Reads the counts of a `bun test` run from Bun's own summary. The exit code has the last word: a file that fails to
 * load, or a crash, must never look like a success because no line counted it.
 */

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Skipped and todo tests. */
  readonly skipped: number;
}

/** `output` is what Bun wrote; only the last summary in it counts. */
export function countTests(output: string, exitCode: number): TestCounts {
  const passed = lastCount(output, "pass");
  const skipped = (lastCount(output, "skip") ?? 0) + (lastCount(output, "todo") ?? 0);
  const failed = lastCount(output, "fail") ?? 0;
  const isSound = exitCode === 0 && passed !== undefined && passed > 0;
  return { passed: passed ?? 0, failed: isSound ? failed : Math.max(failed, 1), skipped };
}

function lastCount(output: string, word: string): number | undefined {
  const found = [...output.matchAll(new RegExp(`^ *(\\d+) ${word}$`, "gm"))].at(-1);
  return found === undefined ? undefined : Number(found[1]);
}
