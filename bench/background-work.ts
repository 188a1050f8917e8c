import { readdirSync, readlinkSync } from "node:fs";
import { join, sep } from "node:path";

/**
 * Ends what a contender left running: every process that works in a directory below `scratch`, which holds the caches
 * of one benchmark and nothing else. Linux only, by /proc; elsewhere such work goes on into the next round.
 */
export function endBackgroundWork(scratch: string): void {
  if (process.platform !== "linux") return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const directory = workingDirectory(pid);
    if (Number(pid) !== process.pid && directory?.startsWith(scratch + sep)) end(Number(pid));
  }
}

/** Undefined for a process that has just ended, and for those of others. */
function workingDirectory(pid: string): string | undefined {
  try {
    return readlinkSync(join("/proc", pid, "cwd"));
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "EACCES", "ESRCH"].includes(String(error.code))) {
      return undefined;
    }
    throw error;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
