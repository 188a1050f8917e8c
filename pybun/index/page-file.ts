/**
 * One file of the page cache, open for reading: its head is in memory, its body is read when somebody asks.
 *
 * A file is replaced by rename and never changed, but for its lifetime, which is no part of what its head tells of the
 * page. Of pages that were not used for a while the descriptor is closed; the file that is found when it is opened
 * again must have the same head, and thus the same body.
 */
import { closeSync, fstatSync, openSync, readSync, type Stats, writeSync } from "node:fs";
import { problemsOf } from "@vivarium/core/diagnostic";
import { isRegularFile, regularFileStatus } from "@vivarium/core/store/small-file";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { OpenFiles } from "./open-files.ts";
import { throwIfTooManyFiles } from "./open-files-limit.ts";
import { type BlockedBody, blockReader, bodyIsWhole } from "./page-blocks.ts";
import { decodeHead, headBytesOf, type PageHead, prefixBytes } from "./page-head.ts";
import { encodeLifetime, lifetimeBytes } from "./page-lifetime.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface PageFile {
  readonly head: PageHead;
  /** As {@link stateNow}, when it was opened. */
  readonly state: string;
  /** Body bytes from–to, one character a byte. Throws `E_INDEX_CACHE_CHANGED`, and what `damaged` makes. */
  readonly slice: (from: number, to: number) => string;
  /** Whether every block of the body is as it was written. */
  readonly isWhole: () => boolean;
}

export interface PageFileParts {
  readonly files: OpenFiles;
  /** Called when a block is not what was written. */
  readonly damaged: () => Error;
}

/** `undefined`: there is none, or it is damaged. Throws `E_INDEX_OPEN_FILES`. */
export function openPageFile(path: string, { files, damaged }: PageFileParts): PageFile | undefined {
  const opened = openWithHead(path);
  if (opened === undefined) return undefined;
  const { head, state } = opened;
  const descriptor = files.hold(opened.descriptor, () => reopen(path, head));
  const body: BlockedBody = {
    bodyBytes: head.bodyBytes,
    blockChecksum: head.blockChecksum,
    readAt: (target, offset) => readSync(descriptor(), target, 0, target.length, head.headBytes + offset),
  };
  return { head, state, slice: blockReader(body, damaged), isWhole: () => bodyIsWhole(body) };
}

/** The head alone; the file is not kept open. */
export function readPageHead(path: string): PageHead | undefined {
  const opened = openWithHead(path);
  if (opened !== undefined) closeSync(opened.descriptor);
  return opened?.head;
}

/** Gives the file a new lifetime, if it is still that of this head: a newer one has a lifetime of its own. */
export function renewPageFile(path: string, head: PageHead, freshUntilMs: number): void {
  if (!isRegularFile(path)) return;
  const descriptor = openSync(path, "r+");
  try {
    if (hasHead(descriptor, head)) writeSync(descriptor, encodeLifetime(freshUntilMs), 0, lifetimeBytes, prefixBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Which file, in which state: one that was replaced differs in its number, or where that is used again, in its time. */
export function stateNow(path: string): string | undefined {
  const stats = regularFileStatus(path);
  return stats === undefined ? undefined : stateOf(stats);
}

const stateOf = ({ ino, size, mtimeMs }: Stats): string => `${ino} ${size} ${mtimeMs}`;

interface OpenedFile {
  readonly head: PageHead;
  readonly descriptor: number;
  readonly state: string;
}

function openWithHead(path: string): OpenedFile | undefined {
  const descriptor = openOrMiss(path);
  if (descriptor === undefined) return undefined;
  let opened: OpenedFile | undefined;
  try {
    const head = readHead(descriptor);
    const stats = fstatSync(descriptor);
    const isWhole = head !== undefined && stats.size === head.headBytes + head.bodyBytes;
    opened = isWhole ? { head, descriptor, state: stateOf(stats) } : undefined;
  } finally {
    if (opened === undefined) closeSync(descriptor);
  }
  return opened;
}

/** Most failures to open are a miss: the index is asked, and an unwritable cache is reported when we write. */
function openOrMiss(path: string): number | undefined {
  // An error costs thirty times the look: in a cold run every page is a miss.
  if (!isRegularFile(path)) return undefined;
  try {
    return openSync(path, "r");
  } catch (error) {
    throwIfTooManyFiles(error, path);
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

function reopen(path: string, head: PageHead): number {
  const descriptor = openOrMiss(path);
  if (descriptor !== undefined && hasHead(descriptor, head)) return descriptor;
  if (descriptor !== undefined) closeSync(descriptor);
  throw problem("E_INDEX_CACHE_CHANGED", { path });
}

function hasHead(descriptor: number, { prefix }: PageHead): boolean {
  const found = Buffer.alloc(prefixBytes);
  return readSync(descriptor, found, 0, prefixBytes, 0) === prefixBytes && found.equals(prefix);
}

/** One read mostly gets the whole head. */
const firstReadBytes = 32 * 1024;
const headBytesMax = 256 * 1024 * 1024;
/** Shared by all first reads: heads are copied out at their true size. */
const scratch = Buffer.allocUnsafeSlow(firstReadBytes);

function readHead(descriptor: number): PageHead | undefined {
  const got = readSync(descriptor, scratch, 0, firstReadBytes, 0);
  const headBytes = headBytesOf(scratch.subarray(0, Math.min(got, prefixBytes)));
  if (headBytes === undefined || headBytes > headBytesMax) return undefined;
  const whole = Buffer.allocUnsafeSlow(headBytes);
  if (headBytes <= got) scratch.copy(whole, 0, 0, headBytes);
  else if (readSync(descriptor, whole, 0, headBytes, 0) !== headBytes) return undefined;
  return decodeHead(whole);
}
