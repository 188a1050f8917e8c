/**
 * What a program means by a path outside of all that it was given, and which directory it would have to be given to find
 * it by this very path. By its words: links are seen to when the directory is given.
 */
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { Looks } from "./looks.ts";

export type FileCapability = "read" | "write";

export interface AskedPath {
  readonly capability: FileCapability;
  /** Below the directory that was shown. */
  readonly path: string;
  /** Of the directory that was shown: `.` or `/`. */
  readonly guestPath: string;
}

export interface MeantPath {
  /** On the host. */
  readonly end: string;
  /** As the program would name it. */
  readonly requested: string;
  /** Undefined if no directory would help, or only the whole disk, which is never proposed. */
  readonly directory: string | undefined;
}

/**
 * Who asks in `.` takes the first of its directories for the start of its paths: only the working directory itself comes
 * first. C libraries ask in `/`, which is shown last, for `/x` and `x` by the same words: what is there is meant, from the
 * working directory first; they find each directory by its own name.
 */
export function whatIsMeant({ capability, path, guestPath }: AskedPath, cwd: string, looks = new Looks()): MeantPath {
  if (path.startsWith("/")) return { end: resolve(path), requested: path, directory: undefined };
  const own = startingAt(cwd, path, looks);
  if (guestPath === ".") return { ...own, directory: own.directory && notTheDisk(cwd) };
  if (isThere(own.end, capability, looks)) return own;
  const fromRoot = { ...startingAt("/", path, looks), requested: path === "." ? "/" : `/${path}` };
  const isAtRoot = isThere(fromRoot.end, capability, looks) || looks.kernelFileSystemAround(fromRoot.end) !== undefined;
  return isAtRoot ? fromRoot : own;
}

function startingAt(start: string, path: string, looks: Looks): MeantPath {
  const end = resolve(start, path);
  return { end, requested: path, directory: directoryFor(start, path, looks) };
}

/** The narrowest that the path begins with the name of, and never leaves. */
function directoryFor(start: string, path: string, looks: Looks): string | undefined {
  const names: string[] = [];
  let kept: number | undefined;
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return undefined;
    else kept = Math.min(kept ?? names.length, names.length);
  }
  if (kept !== undefined) return notTheDisk(resolve(start, names.slice(0, kept).join("/")));
  const end = resolve(start, path);
  return notTheDisk(looks.at(end)?.isDirectory() === true ? end : dirname(end));
}

const notTheDisk = (directory: string): string | undefined => (directory === "/" ? undefined : directory);

/** What a grant would lead to: something to read, or a directory to write in. */
export const isThere = (path: string, capability: FileCapability, looks: Looks): boolean =>
  looks.at(path) !== undefined || (capability === "write" && looks.at(dirname(path))?.isDirectory() === true);

/** The innermost. */
export function directoryAround(one: string, other: string): string {
  let directory = one;
  while (!isAround(directory, other)) directory = dirname(directory);
  return directory;
}

export function isAround(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}
