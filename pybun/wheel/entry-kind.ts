import { problemsOf } from "@vivarium/core/diagnostic";
import type { wheelDiagnostics } from "./diagnostics.ts";
import type { ZipEntry } from "./zip-entry.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

const typeMask = 0o170000;
const regular = 0o100000;
const directory = 0o040000;

const kinds: ReadonlyMap<number, string> = new Map([
  [0o120000, "a symbolic link"],
  [0o020000, "a character device"],
  [0o060000, "a block device"],
  [0o010000, "a named pipe"],
  [0o140000, "a socket"],
]);

const dosDirectory = 0x10;

/**
 * Looks at the file type in the external attributes (APPNOTE 4.4.15), whatever system the archive claims to be made
 * on: installers read the Unix half without asking. Attributes that call a directory a file, or the other way round,
 * are refused, because readers differ in which of the two they believe.
 */
export function checkEntryKind(
  entry: ZipEntry,
  { file, dosAttributes }: { file: string; dosAttributes: number },
): void {
  const refuse = (kind: string) => problem("E_WHEEL_ENTRY_KIND", { file, entry: entry.name, kind });
  const type = entry.mode & typeMask;
  if (type !== 0 && type !== regular && type !== directory) throw refuse(kinds.get(type) ?? "a special file");
  if (type === directory && !entry.isDirectory) throw refuse("a directory with the name of a file");
  if (type === regular && entry.isDirectory) throw refuse("a file with the name of a directory");
  if ((dosAttributes & dosDirectory) !== 0 && !entry.isDirectory) throw refuse("a directory with the name of a file");
}

/** As pip decides it: a regular file that anybody may execute. */
export function isExecutable(entry: ZipEntry): boolean {
  return (entry.mode & typeMask) === regular && (entry.mode & 0o111) !== 0;
}
