/**
 * The few system calls of the warm path, straight from the C library.
 *
 * Loading node:fs costs a start about 0.9 ms, opening the C library 0.3, and the library is needed for execve anyway.
 * Linux only: statx(2) has one layout on all architectures. Paths and texts go in as they are; nothing here throws for
 * a file that is not there, because on the warm path every surprise has the same answer: the long way.
 */
import { ptr } from "bun:ffi";
import { findCLibrary } from "@vivarium/core/c-library";
import { type ReplacementCalls, replacementSymbols } from "@vivarium/core/execve";

export interface DirectCalls extends ReplacementCalls {
  /** The first `bytesMax` bytes of a file, one character each; undefined if it cannot be read. */
  readonly readHead: (path: string, bytesMax: number) => string | undefined;
  /**
   * Which file a path leads to, and whether anybody has touched it since: its mode in octal digits, then bytes of the
   * kernel's answer in base64. `-` where nothing can be seen.
   */
  readonly fingerprint: (path: string) => string;
  /** In bytes; 0 where nothing can be seen. */
  readonly size: (path: string) => number;
  readonly readLink: (path: string) => string | undefined;
  /** The names in a directory, without `.` and `..`; none where it cannot be read. */
  readonly list: (path: string) => readonly string[];
  /** Makes or replaces a small file. Returns whether all of it was written. */
  readonly writeFile: (path: string, text: string) => boolean;
  /** Sets the times of a file to now. */
  readonly touch: (path: string) => void;
}

const symbols = {
  ...replacementSymbols,
  open: { args: ["ptr", "i32", "i32"], returns: "i32" },
  read: { args: ["i32", "ptr", "u64"], returns: "i64" },
  write: { args: ["i32", "ptr", "u64"], returns: "i64" },
  close: { args: ["i32"], returns: "i32" },
  readlink: { args: ["ptr", "ptr", "u64"], returns: "i64" },
  statx: { args: ["i32", "ptr", "i32", "u32", "ptr"], returns: "i32" },
  syscall: { args: ["i64", "i32", "ptr", "u64"], returns: "i64" },
  utimensat: { args: ["i32", "ptr", "ptr", "i32"], returns: "i32" },
} as const;

/** Most files here are smaller; fresh memory for the largest one costs more than reading it. */
const pageBytes = 8192;
const growth = 16;
const currentDirectory = -100;
const closeOnExec = 0o2000000;
/** Opening a FIFO that somebody put in the place of a record would wait for a writer. */
const nonBlocking = 0o4000;
/** By its number, because not every C library has a function for it. */
const getdents64 = process.arch === "arm64" ? 61 : 217;
const createTruncated = 0o1 | 0o100 | 0o1000; // O_WRONLY | O_CREAT | O_TRUNC
const fingerprintFields = 0x3 | 0x40 | 0x80 | 0x100 | 0x200; // STATX_TYPE | STATX_MODE, _MTIME, _CTIME, _INO, _SIZE

/** Where `struct statx` holds what is read of it, and its whole length (statx(2), <linux/stat.h>): bytes. */
const statx = { stx_mode: 28, stx_size: 40, length: 256 } as const;
/**
 * stx_ino and stx_size; stx_ctime, stx_mtime, the device that a special file stands for, and the one that holds the file.
 * Size and mtime can be set to what they were, and a link can be moved to a file of the same ones; nobody sets a ctime.
 */
const [identity, history] = [
  [32, 48],
  [96, 144],
] as const;

const openLibrary = () => findCLibrary(symbols);

/** Undefined where there is no such library, or one without statx, as on other systems than Linux. */
export function openDirectCalls(): DirectCalls | undefined {
  if (process.platform !== "linux") return undefined;
  const calls = openLibrary();
  if (calls === undefined) return undefined;
  const status = Buffer.alloc(statx.length);
  const look = (path: string): boolean =>
    calls.statx(currentDirectory, ptr(terminated(path)), 0, fingerprintFields, ptr(status)) === 0;
  return {
    ...calls,
    readHead: (path, bytesMax) => {
      const descriptor = calls.open(ptr(terminated(path)), closeOnExec | nonBlocking, 0);
      if (descriptor < 0) return undefined;
      let buffer = Buffer.allocUnsafe(Math.min(bytesMax, pageBytes));
      let length = 0;
      let got: number;
      // Files, also those of /proc, fill the room that there is: where some is left, the file has ended.
      do {
        if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(bytesMax, length * growth));
        got = Number(calls.read(descriptor, ptr(buffer, length), buffer.length - length));
        length += got;
      } while (length === buffer.length && length < bytesMax);
      calls.close(descriptor);
      return got < 0 ? undefined : buffer.toString("latin1", 0, length);
    },
    fingerprint: (path) => (look(path) ? lookOf(status) : "-"),
    size: (path) => Number(look(path) && sizeOf(status)),
    readLink: (path) => {
      const buffer = Buffer.allocUnsafe(256);
      const length = Number(calls.readlink(ptr(terminated(path)), ptr(buffer), buffer.length));
      return length < 0 ? undefined : buffer.toString("latin1", 0, length);
    },
    list: (path) => list(path, calls),
    writeFile: (path, text) => {
      const descriptor = calls.open(ptr(terminated(path)), createTruncated | closeOnExec, 0o666);
      if (descriptor < 0) return false;
      const bytes = Buffer.from(text);
      const written = Number(calls.write(descriptor, ptr(bytes), bytes.length));
      calls.close(descriptor);
      return written === bytes.length;
    },
    touch: (path) => {
      calls.utimensat(currentDirectory, ptr(terminated(path)), null, 0);
    },
  };
}

const sizeOf = (status: Buffer): bigint => status.readBigUInt64LE(statx.stx_size);

/** Base64 costs a start less than any number in digits. */
function lookOf(status: Buffer): string {
  const mode = status.readUInt16LE(statx.stx_mode).toString(8);
  return `${mode} ${status.toString("base64", ...identity)}${status.toString("base64", ...history)}`;
}

function list(path: string, { open, syscall, close }: ReturnType<typeof openLibrary> & {}): readonly string[] {
  const descriptor = open(ptr(terminated(path)), closeOnExec, 0);
  if (descriptor < 0) return [];
  const buffer = Buffer.allocUnsafe(pageBytes);
  const names: string[] = [];
  for (let length = 1; length > 0; ) {
    length = Number(syscall(getdents64, descriptor, ptr(buffer), buffer.length));
    names.push(...namesIn(buffer.subarray(0, Math.max(length, 0))));
  }
  close(descriptor);
  return names;
}

/** Of the `struct linux_dirent64`s that getdents64(2) wrote: record length at byte 16, name from byte 19 on. */
function namesIn(entries: Buffer): readonly string[] {
  const names: string[] = [];
  for (let place = 0; place < entries.length; place += entries.readUInt16LE(place + 16)) {
    const name = entries.toString("latin1", place + 19, entries.indexOf(0, place + 19));
    if (name !== "." && name !== "..") names.push(name);
  }
  return names;
}

const terminated = (path: string): Buffer => Buffer.from(`${path}\0`);
