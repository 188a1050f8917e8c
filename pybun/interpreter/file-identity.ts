/** Small questions to the file system that the search for an interpreter asks. Absence is an answer, not an error. */
import { accessSync, constants, type Stats, statSync } from "node:fs";
import { readRegularFile } from "@vivarium/core/store/small-file";

/** The status of what a path leads to, or undefined where nothing is there or may be looked at. */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** A regular file that this user may execute. */
export function isExecutable(path: string): boolean {
  const status = statusOf(path);
  if (status === undefined || !status.isFile()) return false;
  if ((status.mode & 0o111) === 0) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

export function isDirectory(path: string): boolean {
  return statusOf(path)?.isDirectory() === true;
}

/** The text of a small file, or undefined where there is none that can be read. */
export function readTextIfPresent(path: string): string | undefined {
  try {
    return readRegularFile(path)?.toString();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

const absences = new Set([
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "EPERM",
  "ELOOP",
  "ENAMETOOLONG",
  "EISDIR",
  // What open(2) says of a socket, and of a device without a driver.
  "ENXIO",
  "ENODEV",
  "EOPNOTSUPP",
]);

/** Is this the answer "not here, or not for you" of the system? */
export function isAbsence(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && absences.has(error.code);
}
