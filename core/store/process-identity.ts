/**
 * Who a process is, in a form that outlives it: pid, start time and pid namespace. A pid alone is given again to
 * another process, and the same pid means different processes in two containers that share a store.
 * Written into names of temporary folders and of leases, so that their owner's death can be seen.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { errnoOf } from "./io-problem.ts";

/** `<pid>-<start>-<namespace>`: digits only; zeros where the system does not tell. Fits into a file name. */
export type ProcessIdentity = string;

let own: ProcessIdentity | undefined;

/** Stays the same across execve: pid, start time and namespace do. */
export function ownIdentity(): ProcessIdentity {
  own ??= `${process.pid}-${startTicks(process.pid) ?? 0}-${pidNamespace()}`;
  return own;
}

/** Whether a process may still live. When in doubt it does: another namespace's processes cannot be seen. */
export function mayBeAlive(identity: ProcessIdentity): boolean {
  const match = /^(\d+)-(\d+)-(\d+)$/.exec(identity);
  if (match === null) return false;
  const [, pid = "", start = "", namespace = ""] = match;
  if (namespace !== pidNamespace()) return true;
  if (start === "0") return answersSignal(Number(pid));
  return String(startTicks(Number(pid))) === start;
}

/** Field 22 of proc_pid_stat(5): clock ticks since boot. The command's name before it may hold anything, even `)`. */
function startTicks(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[19]);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ESRCH") return undefined;
    throw error;
  }
}

function pidNamespace(): string {
  if (process.platform !== "linux") return "0";
  return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EPERM") return true;
    if (errnoOf(error) === "ESRCH") return false;
    throw error;
  }
}
