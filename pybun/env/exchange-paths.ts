/** Exchanging two paths in one system call. */
import { dlopen, FFIType } from "bun:ffi";

/** `AT_FDCWD` of Linux: relative paths start at the current directory. */
const currentDirectory = -100;
const renameExchange = 2;

/** Exchanges what two existing paths name (renameat2 of Linux). False where the system or file system cannot. */
export function exchangePaths(one: string, other: string): boolean {
  if (process.platform !== "linux") return false;
  const exchange = loadExchange();
  if (exchange === undefined) return false;
  const text = (path: string) => Buffer.from(`${path}\0`);
  return exchange(currentDirectory, text(one), currentDirectory, text(other), renameExchange) === 0;
}

type Exchange = (oldBase: number, oldPath: Buffer, newBase: number, newPath: Buffer, flags: number) => number;

/** glibc and musl have their own names; musl has the function since 1.2.4. */
function loadExchange(): Exchange | undefined {
  const { i32, u32, ptr } = FFIType;
  const renameat2 = { args: [i32, ptr, i32, ptr, u32], returns: i32 } as const;
  for (const library of ["libc.so.6", "libc.so"]) {
    try {
      return dlopen(library, { renameat2 }).symbols.renameat2;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
  return undefined;
}
