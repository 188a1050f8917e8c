/**
 * What in a store is the store's own. A folder of it that is a link leads into a place that belongs to somebody else,
 * and sweeping or verifying would delete there; so each of them has to be a real directory. Only the root may be a link:
 * it is the place that the user chose. In the folders that everybody sweeps, only names of our own form are ours.
 */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { problemsOf } from "../diagnostic.ts";
import type { coreDiagnostics } from "../diagnostics.ts";
import { errnoOf, ioProblem } from "./io-problem.ts";

const problem = problemsOf<typeof coreDiagnostics>();

/** Folders of the store itself, and the one kind that is older than the rule that a kind's name ends with its version. */
const fixedNames: ReadonlySet<string> = new Set(["tmp", "trash", "leases", "locks", "interpreters"]);

const isOwnFolder = (name: string): boolean => fixedNames.has(name) || /^[a-z]+(?:-[a-z]+)*-v\d+$/.test(name);

/** `<pid>-<start>-<namespace>.<n>`, as entries of `tmp`, `trash` and `leases` are called. */
export const isOwnedName = (name: string): boolean => /^\d+-\d+-\d+\.\d+$/.test(name);

/** The owner in such a name. */
export const ownerOf = (name: string): string => name.slice(0, name.lastIndexOf("."));

/** Whether a folder is there. @throws E_STORE_NOT_DIRECTORY where something else has its name, also a link to a directory */
export function hasFolder(path: string): boolean {
  const status = look(path);
  if (status === undefined) return false;
  if (!status.isDirectory()) throw problem("E_STORE_NOT_DIRECTORY", { path, isLink: status.isSymbolicLink() });
  return true;
}

function look(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw ioProblem(error, { path, operation: "read" });
  }
}

/** @throws E_STORE_NOT_DIRECTORY where a folder of the store is none */
export function checkFolders(root: string): void {
  try {
    for (const item of readdirSync(root, { withFileTypes: true })) {
      if (!item.isDirectory() && isOwnFolder(item.name)) hasFolder(join(root, item.name));
    }
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw ioProblem(error, { path: root, operation: "list" });
  }
}
