/** Exchanging two paths in one system call. */
import { findCLibrary } from "@vivarium/core/c-library";

/** `AT_FDCWD` of Linux: relative paths start at the current directory. */
const currentDirectory = -100;
const renameExchange = 2;

/** musl has the function since 1.2.4. */
const symbols = { renameat2: { args: ["i32", "ptr", "i32", "ptr", "u32"], returns: "i32" } } as const;

/** Exchanges what two existing paths name (renameat2 of Linux). False where the system or file system cannot. */
export function exchangePaths(one: string, other: string): boolean {
  if (process.platform !== "linux") return false;
  const calls = findCLibrary(symbols);
  if (calls === undefined) return false;
  const text = (path: string) => Buffer.from(`${path}\0`);
  return calls.renameat2(currentDirectory, text(one), currentDirectory, text(other), renameExchange) === 0;
}
