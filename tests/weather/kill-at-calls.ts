/**
 * Kills an installation at one of its system calls (strace's injection) and says what was left.
 *
 * The run is `pybun run three.py` with an empty cache. Of each call that changes the disk (open for writing, write,
 * rename, link, mkdir, unlink …) the n-th is not carried out: the process gets SIGKILL instead. Threads and the
 * interpreter count too, so n goes over all that a whole installation does. Afterwards the store holds the old or the
 * new state, and the next run succeeds; that is checked by the caller.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type RunResult, type RunScene, runProgram } from "../run/run-scene.ts";

/** Calls that change what is on the disk. Writes to sockets and pipes count too, and do no harm here. */
export const mutatingCalls = [
  "rename",
  "renameat2",
  "mkdir",
  "symlink",
  "link",
  "unlink",
  "unlinkat",
  "rmdir",
  "ftruncate",
  "fchmod",
  "chmod",
  "write",
  "openat",
  "execve",
] as const;

export type MutatingCall = (typeof mutatingCalls)[number];

/** How often an installation makes each call, from a run that is only watched. */
export async function countCalls(scene: RunScene): Promise<ReadonlyMap<MutatingCall, number>> {
  const log = join(scene.directory, "calls");
  emptyCache(scene);
  const trace = ["strace", "-f", "-qq", "-c", "-S", "name", "-U", "name,calls", "-o", log];
  await runProgram([...trace, scene.program, "run", "three.py"], { cwd: scene.directory, env: scene.environment });
  const lines = readFileSync(log, "utf8").split("\n");
  const counts = new Map<MutatingCall, number>();
  for (const line of lines) {
    const [name, count] = line.trim().split(/\s+/);
    const call = mutatingCalls.find((known) => known === name);
    if (call !== undefined) counts.set(call, Number(count));
  }
  return counts;
}

/** One installation that dies at the `when`-th of a call. */
export function killAt(scene: RunScene, call: MutatingCall, when: number): Promise<RunResult> {
  emptyCache(scene);
  const inject = `inject=${call}:signal=SIGKILL:when=${when}`;
  const command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
  return runProgram([...command, scene.program, "run", "three.py"], { cwd: scene.directory, env: scene.environment });
}

function emptyCache({ cache }: RunScene): void {
  rmSync(cache, { recursive: true, force: true });
}
