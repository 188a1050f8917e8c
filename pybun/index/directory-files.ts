/** Distribution files of a directory. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { IndexFile } from "./index-file.ts";
import { fileOfLink } from "./link-file.ts";
import { throwIfTooManyFiles } from "./open-files-limit.ts";

/** Sorted, so that answers do not depend on the file system. A directory that is not there has no names. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throwIfTooManyFiles(error, directory);
    throw error;
  }
}

/** Without hashes: the files are here, and whoever uses one computes its own. */
export function filesIn(directory: string): IndexFile[] {
  const base = Bun.pathToFileURL(`${directory}/`).href;
  return namesIn(directory).flatMap(
    (name) => fileOfLink({ href: Bun.pathToFileURL(join(directory, name)).href, base, origin: "local" }) ?? [],
  );
}
