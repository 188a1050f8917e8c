/**
 * What is at a place that a user names for an environment: nothing of ours, an environment, one that was made elsewhere
 * and moved here, or one whose record another version of PyBun wrote. Every use of such a place asks here first.
 */
import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { type EnvironmentRecord, foreignFormatOf, ownedRecordName, readRecordFile } from "./environment-record.ts";

/** An environment where it is now. */
export interface FoundEnvironment extends EnvironmentRecord {
  /** Where it was made, if somebody moved or copied it: its scripts still name that place. */
  readonly movedFrom?: string;
}

export type Place =
  | { readonly kind: "none" }
  | { readonly kind: "environment" | "moved"; readonly record: FoundEnvironment }
  | { readonly kind: "foreign"; readonly format: number };

export function inspectPlace(directory: string): Place {
  const file = join(directory, ownedRecordName);
  const record = readRecordFile(file);
  if (record === undefined) {
    const format = foreignFormatOf(file);
    return format === undefined ? { kind: "none" } : { kind: "foreign", format };
  }
  // The same directory can have two names, where a directory above it is a link.
  if (record.path === directory || isSameDirectory(record.path, directory)) return { kind: "environment", record };
  const python = join(directory, relative(record.path, record.python));
  return { kind: "moved", record: { ...record, path: directory, python, movedFrom: record.path } };
}

function isSameDirectory(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false, bigint: true }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}
