/** Runs all cases of one benchmark in a scratch directory of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programVersion } from "@vivarium/core/version";
import { hostPython, oraclePython, oracleUv } from "../tools/oracles.ts";
import { type Benchmark, type CaseResult, machineFacts, runGroup } from "./harness.ts";
import { measuredCommit } from "./measured-commit.ts";
import type { BenchmarkResult } from "./report.ts";

export async function runBenchmark(
  { name, summary, cases, versions: versionsOf = peerVersions }: Benchmark,
  { rounds, sets }: { readonly rounds: number; readonly sets: readonly string[] },
): Promise<BenchmarkResult> {
  const scratch = mkdtempSync(join(tmpdir(), "bench-"));
  const commit = measuredCommit();
  try {
    const done: CaseResult[] = [];
    for (const subject of await cases({ scratch, sets })) {
      done.push(...(await runGroup("cases" in subject ? subject : { cases: [subject] }, rounds)));
    }
    const measuredAt = new Date().toISOString();
    const versions = await versionsOf();
    const what = { name, summary, measured_at: measuredAt, ...(commit === undefined ? {} : { commit }) };
    return { ...what, machine: machineFacts(), versions, cases: done };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function peerVersions(): Promise<Readonly<Record<string, string>>> {
  const versionOf = (command: readonly string[]) =>
    /\d+(?:\.\d+)+/.exec(Bun.spawnSync([...command]).stdout.toString())?.[0] ?? "unknown";
  return {
    pybun: programVersion,
    uv: versionOf([await oracleUv(), "--version"]),
    pip: versionOf([await oraclePython(), "-m", "pip", "--version"]),
    python: hostPython().version,
  };
}
