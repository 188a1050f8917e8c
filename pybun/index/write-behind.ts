/**
 * Writes cache files without making anybody wait: each to a temporary name beside it, then renamed. What is not on disk
 * when the client closes is written then, at once: a command may end the process right after.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, write, writeSync } from "node:fs";
import { dirname } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { redact } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import type { indexDiagnostics } from "./diagnostics.ts";
import { limiterOf } from "./limiter.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface WriteBehind {
  readonly write: (path: string, parts: readonly Uint8Array[]) => void;
  readonly remove: (path: string) => void;
  /** Everything written so far is on disk afterwards. */
  readonly flush: () => void;
}

let serial = 0;
const temporaryName = (path: string): string => `${path}.${process.pid}.${serial++}.tmp`;

/** The first failure is reported once (`W_INDEX_CACHE`), and nothing is written any more. */
export function openWriteBehind(report: Report): WriteBehind {
  const pending = new Map<string, readonly Uint8Array[]>();
  const unfinished = new Set<string>();
  const made = new Set<string>();
  const limit = limiterOf(4);
  let isBroken = false;

  function fail(path: string, error: unknown): void {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    if (isBroken) return;
    isBroken = true;
    report.warn(problem("W_INDEX_CACHE", { path: dirname(path), reason: redact(error.message) }, { cause: error }));
  }

  /** Once for each directory: they are few, and hold hundreds of files. */
  function makeDirectory(directory: string): void {
    if (made.has(directory)) return;
    mkdirSync(directory, { recursive: true });
    made.add(directory);
  }

  async function writeLater(path: string, parts: readonly Uint8Array[]): Promise<void> {
    // Only the newest content of a path is worth writing.
    if (isBroken || pending.get(path) !== parts) return;
    const temporary = temporaryName(path);
    unfinished.add(temporary);
    try {
      makeDirectory(dirname(path));
      await writeParts(temporary, parts);
      if (pending.get(path) !== parts) return;
      // Both in one turn: a flush finds the content either waiting or in its place.
      renameSync(temporary, path);
      pending.delete(path);
    } catch (error) {
      // A flush in between has written the file itself.
      if (pending.get(path) !== parts) return;
      pending.delete(path);
      fail(path, error);
    } finally {
      unfinished.delete(temporary);
      discard(temporary);
    }
  }

  return {
    write(path, parts) {
      if (isBroken) return;
      pending.set(path, parts);
      void limit(() => writeLater(path, parts));
    },
    remove(path) {
      pending.delete(path);
      discard(path);
    },
    flush() {
      for (const [path, parts] of pending) {
        pending.delete(path);
        if (isBroken) continue;
        try {
          writeNow(path, parts);
        } catch (error) {
          fail(path, error);
        }
      }
      for (const temporary of unfinished) discard(temporary);
    },
  };
}

/** Looks first: removing below something that is no directory fails even when forced. */
function discard(path: string): void {
  if (existsSync(path)) rmSync(path, { force: true });
}

/** Bytes written. Made by hand: `node:util` takes longer to load than a small cache to read. */
function writeChunk(descriptor: number, part: Uint8Array, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, part, from, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}

/** Created at once, filled later: a flush that ends the process can then see and remove what is unfinished. */
async function writeParts(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const descriptor = openSync(path, "wx");
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) at += await writeChunk(descriptor, part, at);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** `openSync` and `writeSync`: `writeFileSync` would join the parts and truncate a file that is new anyway. */
function writeNow(path: string, parts: readonly Uint8Array[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  const descriptor = openSync(temporary, "wx");
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) at += writeSync(descriptor, part, at);
    }
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, path);
}
