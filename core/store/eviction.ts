/**
 * Who installs and who evicts: a lock that many installers share and that one who evicts needs alone. Entries that were
 * fetched or found are leased by nobody until a program starts, so between the two nothing may leave the store. The
 * kernel frees the lock when its holder dies, however it dies.
 *
 * Evicting waits for installers and never keeps new ones away while it waits: an installation that hangs on the network
 * would stop all others with it.
 */
import { existsSync, renameSync } from "node:fs";
import { problemsOf } from "../diagnostic.ts";
import type { coreDiagnostics } from "../diagnostics.ts";
import { acquireFileLock, acquireSharedLock } from "./file-lock.ts";
import { errnoOf, ioProblem } from "./io-problem.ts";
import { removeTree } from "./remove-tree.ts";

const problem = problemsOf<typeof coreDiagnostics>();

export interface Patience {
  /** How long installers are waited for. */
  readonly waitMs: number;
  /** Called once, if waiting takes longer than somebody who looks on would bear in silence. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** The lock's file in a store. */
interface EvictionLock {
  readonly root: string;
  readonly path: string;
}

/** Runs `body` while nothing is evicted. */
export async function withoutEviction<T>(
  { path, signal }: EvictionLock & { readonly signal?: AbortSignal | undefined },
  body: () => Promise<T> | T,
): Promise<T> {
  return holding(await acquireSharedLock(path, signal).catch(lockFailed(path)), body);
}

const silenceMs = 500;

/** Runs `body` while nobody installs. @throws E_STORE_BUSY when somebody does for longer than we wait */
export async function withEviction<T>(
  { root, path, waitMs, onWait, signal }: EvictionLock & Patience,
  body: () => Promise<T> | T,
): Promise<T> {
  const patience = new AbortController();
  const busy = problem("E_STORE_BUSY", { path: root, seconds: Math.round(waitMs / 1000) });
  const timers = [setTimeout(() => patience.abort(busy), waitMs), setTimeout(() => onWait?.(), silenceMs)];
  const either = signal === undefined ? patience.signal : AbortSignal.any([signal, patience.signal]);
  const release = await acquireFileLock(path, either)
    .catch(lockFailed(path))
    .finally(() => timers.forEach(clearTimeout));
  return holding(release, body);
}

async function holding<T>(release: () => void, body: () => Promise<T> | T): Promise<T> {
  try {
    return await body();
  } finally {
    release();
  }
}

/** A signal's reason stays as it is. */
const lockFailed =
  (path: string) =>
  (error: unknown): never => {
    throw ioProblem(error, { path, operation: "lock" });
  };

/**
 * Takes an entry out of its place by one rename and deletes it, unless `isUsed` says otherwise, which is asked before
 * and after: whoever leases an entry and then looks whether it is there either finds it gone or keeps it. Returns
 * whether it went.
 */
export function evict({ path, trash }: { path: string; trash: string }, isUsed: () => boolean): boolean {
  if (isUsed() || !renameIfThere(path, trash)) return false;
  if (isUsed() && putBack(trash, path)) return false;
  removeTree(trash);
  return true;
}

function renameIfThere(path: string, trash: string): boolean {
  try {
    renameSync(path, trash);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** False where somebody has made the entry again: theirs is as good. */
function putBack(trash: string, path: string): boolean {
  try {
    renameSync(trash, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined || !existsSync(path)) throw error;
    return false;
  }
}
