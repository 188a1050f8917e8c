import { renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { errnoOf, ioProblem } from "./store/io-problem.ts";
import { removeLeftover } from "./store/leftover.ts";
import { removeTree } from "./store/remove-tree.ts";
import { withFolder } from "./store/with-folder.ts";

let counter = 0;

/**
 * Writes a file so that readers see the old or the new contents, never a part: into a temporary name beside it, then
 * one rename. Missing parent directories are made, also where somebody cleans them away meanwhile; a directory under
 * the name, where only a file of ours belongs, gives way. Not synced: after a power cut the file may be the old one or,
 * on some file systems, empty, so readers must bear that.
 * @throws E_STORE_READ_ONLY, E_STORE_PERMISSION, E_STORE_FULL, E_STORE_NOT_DIRECTORY, E_STORE_IO
 */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.${counter++}.tmp`;
  try {
    withFolder(dirname(path), () => {
      writeFileSync(temporary, data);
      renameOver(temporary, path);
    });
  } catch (error) {
    removeLeftover(temporary);
    throw ioProblem(error, { path, operation: "write" });
  }
}

function renameOver(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    if (errnoOf(error) !== "EISDIR") throw error;
    removeTree(path);
    renameSync(temporary, path);
  }
}
