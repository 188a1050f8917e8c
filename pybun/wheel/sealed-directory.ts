/**
 * Directories of the store in which nobody adds, replaces or removes a file: those of an unpacked wheel and of a view.
 * A program that tries, through a view, fails instead of changing the wheel for all. Modes do not hold root. Left
 * writable are an entry's own root, so that it can be renamed, and `__pycache__`, which holds no sources. Windows has
 * no such mode for directories.
 */
import { chmodSync } from "node:fs";
import { basename } from "node:path";

/** Takes the right to write from directories; the process's umask counts too. */
export function sealDirectories(paths: Iterable<string>): void {
  if (process.platform === "win32") return;
  const mode = 0o555 & ~process.umask();
  for (const path of paths) {
    if (basename(path) !== "__pycache__") chmodSync(path, mode);
  }
}
