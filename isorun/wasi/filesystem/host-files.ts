/**
 * The host's files: `node:fs` of Bun and Node, looked up when this module is loaded so that it loads in a browser too.
 * What `node:fs` has not is asked of the C library, where there is a way to call it (Bun).
 */
import type * as NodeFs from "node:fs";
import { findCLibrary } from "../../../core/c-library.ts";
import { errnoOf } from "./error-code.ts";

interface HostProcess {
  readonly platform: string;
  readonly arch: string;
  getBuiltinModule?(name: string): unknown;
}

const host = Reflect.get(globalThis, "process") as HostProcess | undefined;
const builtin = (name: string): unknown => host?.getBuiltinModule?.(name);

/** Nothing uses it before `whyNoFiles` has said that it is there. */
export const files = builtin("node:fs") as typeof NodeFs;

/** Undefined where a directory can be given; else why not, in words that fit behind a colon. */
export function whyNoFiles(): string | undefined {
  if (host === undefined || builtin("node:fs") === undefined) return "there are no files here";
  if (host.platform !== "linux") return `directories are given on Linux only, and this is ${host.platform}`;
  return files.existsSync(descriptors) ? undefined : `'${descriptors}' is not there`;
}

const descriptors = "/proc/self/fd";

/** What a descriptor of this process stands for, as a path: the object itself, wherever it was moved. */
export const pathOf = (fd: number): string => `${descriptors}/${fd}`;

/**
 * Where what is open is by now, as the kernel tells it; undefined for a path of more than 4095 bytes, which it does not
 * tell. Guests can make such, one directory at a time.
 */
export function hostPathOf(fd: number): string | undefined {
  try {
    return files.readlinkSync(pathOf(fd));
  } catch (error) {
    if (errnoOf(error) === "ENAMETOOLONG") return undefined;
    throw error;
  }
}

/** Those of Linux on all processors that Bun and Node run on; `node:fs` knows some of them only. */
export const flags = {
  readOnly: 0o0,
  writeOnly: 0o1,
  readWrite: 0o2,
  create: 0o100,
  exclusive: 0o200,
  noTerminal: 0o400,
  truncate: 0o1000,
  append: 0o2000,
  nonBlocking: 0o4000,
  closeOnExec: 0o2000000,
  /** Names the object and opens nothing: neither a FIFO nor a device takes notice. */
  path: 0o10000000,
  // Of these two, processors have their own values.
  directory: files?.constants.O_DIRECTORY,
  noFollow: files?.constants.O_NOFOLLOW,
} as const;

export interface CLibrary {
  /** Directory entries of a descriptor, as many as fit: bytes written, 0 at the end. @throws SystemError */
  getdents(fd: number, buffer: Uint8Array): number;
  /** Times of access and modification of what a path leads to: seconds and nanoseconds of each. @throws SystemError */
  utimens(path: string, times: BigInt64Array): void;
}

/** As `node:fs` throws them. */
export class SystemError extends Error {
  readonly code: string;
  readonly errno: number;

  constructor(operation: string, { code, errno }: { readonly code: string; readonly errno: number }) {
    super(`${operation}: ${code}`);
    this.name = "SystemError";
    this.code = code;
    this.errno = errno;
  }
}

let library: CLibrary | undefined | "unknown" = "unknown";

/** Undefined where it cannot be called. */
export function cLibrary(): CLibrary | undefined {
  if (library === "unknown") library = "Bun" in globalThis ? bindLibrary() : undefined;
  return library;
}

const symbols = {
  syscall: { args: ["i64", "i32", "ptr", "u64"], returns: "i64" },
  utimensat: { args: ["i32", "ptr", "ptr", "i32"], returns: "i32" },
  __errno_location: { args: [], returns: "ptr" },
} as const;

/** Its wrapper has another name in each C library, and its number is of the processor. */
const getdents64: Readonly<Record<string, number>> = { x64: 217, arm64: 61 };

const currentDirectory = -100;

function bindLibrary(): CLibrary | undefined {
  const found = findCLibrary(symbols);
  const number = getdents64[host?.arch ?? ""];
  if (found === undefined || number === undefined) return undefined;
  const { read } = require("bun:ffi") as typeof import("bun:ffi"); // loaded late, as the library itself
  const check = (operation: string, result: number): number => {
    if (result >= 0) return result;
    const place = found.__errno_location();
    const errno = place === null ? 0 : read.i32(place, 0);
    throw new SystemError(operation, { code: errnoNames().get(errno) ?? "EIO", errno });
  };
  return {
    getdents: (fd, buffer) => check("getdents", Number(found.syscall(number, fd, buffer, buffer.length))),
    utimens: (path, times) => {
      check("utimensat", found.utimensat(currentDirectory, new TextEncoder().encode(`${path}\0`), times, 0));
    },
  };
}

function errnoNames(): ReadonlyMap<number, string> {
  const { constants } = builtin("node:os") as typeof import("node:os");
  return new Map(Object.entries(constants.errno).map(([name, errno]) => [errno, name]));
}
