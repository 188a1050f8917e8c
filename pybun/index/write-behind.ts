/**
 * Writes cache files without making anybody wait: each to a temporary name beside it, then renamed. What is not on disk
 * when the client closes is written then, at once: a command may end the process right after.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, write, writeSync } from "node:fs";
import { basename, dirname } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { removeLeftover } from "@vivarium/core/store/leftover";
import { placeOfFailure } from "@vivarium/core/store/place-of-failure";
import { sweepTemporaryFiles } from "@vivarium/core/store/temporary-files";
import { withFolder } from "@vivarium/core/store/with-folder";
import { makingReasonOf } from "@vivarium/core/system-reason";
import type { indexDiagnostics } from "./diagnostics.ts";
import { limiterOf } from "./limiter.ts";
import { tooManyFiles } from "./open-files-limit.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface WriteBehind {
  readonly write: (path: string, parts: readonly Uint8Array[]) => void;
  readonly remove: (path: string) => void;
  /** Tells once that the cache cannot be written (`W_INDEX_CACHE`); throws what is no failure of the disk. */
  readonly fail: (directory: string, error: unknown) => void;
  /** Everything written so far is on disk afterwards. */
  readonly flush: () => void;
}

let serial = 0;
const temporaryName = (path: string): string => `${path}.${process.pid}.${serial++}.tmp`;

/** What is under way. `pending` holds the newest content of each path that is not yet in its place. */
interface Desk {
  readonly report: Report;
  readonly pending: Map<string, readonly Uint8Array[]>;
  readonly unfinished: Set<string>;
  readonly made: Set<string>;
  /** Set by the first failure: nothing is written any more. */
  isBroken: boolean;
}

/** File systems end names at 255 bytes; no project has one of that length, and asking for it must not break the cache. */
const nameBytesMax = 200;

/** The first failure is reported once (`W_INDEX_CACHE`), and nothing is written any more. */
export function openWriteBehind(report: Report): WriteBehind {
  const desk: Desk = { report, pending: new Map(), unfinished: new Set(), made: new Set(), isBroken: false };
  const limit = limiterOf(4);
  return {
    write(path, parts) {
      if (desk.isBroken || Buffer.byteLength(basename(path)) > nameBytesMax) return;
      desk.pending.set(path, parts);
      void limit(() => writeLater(desk, path, parts));
    },
    remove(path) {
      desk.pending.delete(path);
      try {
        discard(path);
      } catch (error) {
        fail(desk, dirname(path), error);
      }
    },
    fail: (directory, error) => fail(desk, directory, error),
    flush: () => flush(desk),
  };
}

async function writeLater(desk: Desk, path: string, parts: readonly Uint8Array[]): Promise<void> {
  const { pending, unfinished } = desk;
  // Only the newest content of a path is worth writing.
  if (desk.isBroken || pending.get(path) !== parts) return;
  const temporary = temporaryName(path);
  unfinished.add(temporary);
  try {
    makeDirectory(desk, dirname(path));
    await writeParts(temporary, parts);
    if (pending.get(path) !== parts) return;
    // Both in one turn: a flush finds the content either waiting or in its place.
    renameSync(temporary, path);
    pending.delete(path);
  } catch (error) {
    // A flush in between has written the file itself.
    if (pending.get(path) !== parts) return;
    pending.delete(path);
    if (errnoOf(error) === "ENOENT") writeOrFail(desk, path, parts);
    else fail(desk, dirname(path), error);
  } finally {
    unfinished.delete(temporary);
    discard(temporary);
  }
}

function flush(desk: Desk): void {
  for (const [path, parts] of desk.pending) {
    desk.pending.delete(path);
    if (!desk.isBroken) writeOrFail(desk, path, parts);
  }
  for (const temporary of desk.unfinished) discard(temporary);
}

/** Also where `cache clean` has taken the directory away. */
function writeOrFail(desk: Desk, path: string, parts: readonly Uint8Array[]): void {
  try {
    withFolder(dirname(path), () => writeNow(path, parts));
  } catch (error) {
    fail(desk, dirname(path), error);
  }
}

function fail(desk: Desk, directory: string, error: unknown): void {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  if (desk.isBroken) return;
  desk.isBroken = true;
  const place = placeOfFailure(directory);
  const isLimit = tooManyFiles(error, place) !== undefined;
  desk.report.warn(problem("W_INDEX_CACHE", { path: place, reason: makingReasonOf(error), isLimit }, { cause: error }));
}

/** Once for each directory: they are few, and hold hundreds of files. */
function makeDirectory({ made }: Desk, directory: string): void {
  if (made.has(directory)) return;
  mkdirSync(directory, { recursive: true });
  sweepTemporaryFiles(directory);
  made.add(directory);
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

function writeNow(path: string, parts: readonly Uint8Array[]): void {
  const temporary = temporaryName(path);
  try {
    fill(temporary, parts);
    renameSync(temporary, path);
  } catch (error) {
    removeLeftover(temporary);
    throw error;
  }
}

/** `openSync` and `writeSync`: `writeFileSync` would join the parts and truncate a file that is new anyway. */
function fill(path: string, parts: readonly Uint8Array[]): void {
  const descriptor = openSync(path, "wx");
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) at += writeSync(descriptor, part, at);
    }
  } finally {
    closeSync(descriptor);
  }
}
