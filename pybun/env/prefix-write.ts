/** Puts the plan of a prefix on disk. */
import { chmodSync, constants, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { rewriteScript } from "./entry-script.ts";
import { recordWith } from "./installed-record.ts";
import type { PrefixCopy } from "./prefix-places.ts";
import type { PrefixPlan } from "./prefix-plan.ts";

/**
 * Writes into an existing, empty directory, which need not be the final place: `python` is the path of the
 * interpreter there, for the first lines of scripts.
 */
export function writePrefix(plan: PrefixPlan, directory: string, { python }: { python: string }): void {
  for (const path of plan.directories) mkdirSync(join(directory, path), { recursive: true });
  for (const { path, target } of plan.links) symlinkSync(target, join(directory, path));
  for (const { path, text, executable } of plan.texts) {
    writeFileSync(join(directory, path), text, { mode: executable ? 0o777 : 0o666 });
  }
  for (const copy of plan.copies) copyInto(directory, copy, python);
}

/** A reflink where the file system has them, else a copy: in either case a file of its own, and writable again. */
function copyInto(directory: string, { from, to, executable, isScript, recorded }: PrefixCopy, python: string): void {
  const target = join(directory, ...to.split(posix.sep));
  if (isScript) {
    writeFileSync(target, rewriteScript(readFileSync(from), python), { mode: 0o777 });
    return;
  }
  if (recorded !== undefined) {
    writeFileSync(target, recordWith(readFileSync(from, "utf8"), { distInfo: basename(dirname(from)), recorded }));
    return;
  }
  copyFileSync(from, target, constants.COPYFILE_FICLONE);
  chmodSync(target, (executable ? 0o777 : 0o666) & ~process.umask());
}
