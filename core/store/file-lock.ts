/**
 * Advisory locks between processes. flock(2) on Linux and macOS: the kernel frees it when the holder dies, however it
 * dies. Bun has no binding for it, so the C library is opened, the first time a lock is needed. Windows has no flock:
 * opening a file for itself alone does the same there.
 *
 * Waiting polls with a growing pause and never blocks the event loop: downloads go on while a lock is waited for.
 */
import { closeSync, openSync, unlinkSync } from "node:fs";
import { openCLibrary } from "../c-library.ts";
import { errnoOf } from "./io-problem.ts";

const pauseFirstMs = 2;
const pauseLastMs = 50;

/** @returns a function that frees the lock. Rejects with the signal's reason when it fires first. */
export async function acquireFileLock(path: string, signal?: AbortSignal): Promise<() => void> {
  return retry(() => tryFileLock(path, "exclusive"), signal);
}

/**
 * The same for a lock that many hold together; only one who wants it alone excludes them. Whoever holds it may take it
 * again. Windows has no such lock: there it is always free, and excludes nobody.
 */
export async function acquireSharedLock(path: string, signal?: AbortSignal): Promise<() => void> {
  return retry(() => tryFileLock(path, "shared"), signal);
}

async function retry(attempt: () => (() => void) | undefined, signal?: AbortSignal): Promise<() => void> {
  let pauseMs = pauseFirstMs;
  for (;;) {
    signal?.throwIfAborted();
    const release = attempt();
    if (release !== undefined) return release;
    await Bun.sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 2, pauseLastMs);
  }
}

/** Takes the lock if it is free; undefined if somebody has it. */
export function tryAcquireFileLock(path: string): (() => void) | undefined {
  return tryFileLock(path, "exclusive");
}

type LockMode = "exclusive" | "shared";

/** Locks of one process exclude each other too. */
function tryFileLock(path: string, mode: LockMode): (() => void) | undefined {
  if (process.platform !== "win32") return tryFlock(path, mode);
  return mode === "shared" ? () => undefined : tryExclusiveFile(path);
}

const operations: Readonly<Record<LockMode, number>> = { shared: 1, exclusive: 2 };
const lockNonBlocking = 4;

function tryFlock(path: string, mode: LockMode): (() => void) | undefined {
  const descriptor = openSync(path, "a", 0o666);
  // A failure other than "taken" means a file system without locks: publishing by rename is safe without them.
  const taken = flock()(descriptor, operations[mode] | lockNonBlocking) !== 0 && !isWithoutLocks(descriptor);
  if (!taken) return () => closeSync(descriptor);
  closeSync(descriptor);
  return undefined;
}

/** A shared lock can always be had on a file that nobody holds exclusively; where even unlocking fails, none exist. */
function isWithoutLocks(descriptor: number): boolean {
  const unlock = 8;
  return flock()(descriptor, unlock) !== 0;
}

type Flock = (descriptor: number, operation: number) => number;

let loaded: Flock | undefined;

function flock(): Flock {
  loaded ??= openCLibrary({ flock: { args: ["i32", "i32"], returns: "i32" } }).flock;
  return loaded;
}

function tryExclusiveFile(path: string): (() => void) | undefined {
  try {
    const descriptor = openSync(path, "wx");
    return () => {
      closeSync(descriptor);
      unlinkSync(path);
    };
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    return removeAbandoned(path) ? tryExclusiveFile(path) : undefined;
  }
}

/** Windows refuses to delete a file that a living process holds open. */
function removeAbandoned(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT") return true;
    if (errno === "EBUSY" || errno === "EPERM" || errno === "EACCES") return false;
    throw error;
  }
}
