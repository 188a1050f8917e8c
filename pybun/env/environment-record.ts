/**
 * The record of an environment: `envs-v3/<key>/record.json`, written last before the environment is published. The
 * warm path of `run` reads this file and nothing else. An environment at a place of its own (`--dir`) keeps the same
 * record as `.vivarium-environment.json` in its prefix, and the store keeps a pointer to it.
 */
import { basename, dirname, join } from "node:path";
import { Problem } from "@vivarium/core/diagnostic";
import { isStoreName, type Store } from "@vivarium/core/store";
import { hasFields, readSmallJson, wholeOf } from "@vivarium/core/store/small-file";

/**
 * Grows when an environment would be made differently, or its record says other things: in the store environments of
 * another version are made again, at a place of its own one is refused. With it grows the format of the warm records of
 * runs (run/warm-record.ts), which start what they name without reading this.
 */
export const recordVersion = 3;
export const environmentKind = `envs-v${recordVersion}`;
export const recordFileName = "record.json";
/** The record within the prefix of an environment at a place of its own. */
export const ownedRecordName = ".vivarium-environment.json";

export interface RecordedPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** Where it came from when it was asked for by URL or path, without secrets. */
  readonly url?: string;
}

/** What was asked for, in words that hold no secrets. */
export interface RecordedWish {
  /** Normalised (PEP 508), sorted. */
  readonly requirements: readonly string[];
  /** What `pybun env create` was given, but for `--dir` and what it is only given once; paths are absolute. */
  readonly arguments?: readonly string[];
}

export interface EnvironmentRecord {
  readonly format: typeof recordVersion;
  readonly key: string;
  /** The prefix. */
  readonly path: string;
  /** `bin/python` in the prefix. */
  readonly python: string;
  /** The merged site-packages that the environment's last path entry is. */
  readonly view: string;
  readonly packages: readonly RecordedPackage[];
  readonly wish: RecordedWish;
  /** The interpreter as it was when the environment was made; another size or time means that it was replaced. */
  readonly interpreter: {
    readonly realPath: string;
    readonly size: number;
    readonly mtimeMs: number;
    readonly version: string;
  };
}

/** Where an environment with this key is, or would be. */
export function environmentPath(store: Store, key: string): string {
  return join(store.entryPath(environmentKind, key), "environment");
}

/** The record of an environment in the store; undefined if there is none, or none of this format. */
export function readEnvironmentRecord(store: Store, key: string): EnvironmentRecord | undefined {
  return readRecordFile(join(store.entryPath(environmentKind, key), recordFileName));
}

/** Reads a record file. One that is damaged, or of another format, counts as absent. */
export function readRecordFile(path: string): EnvironmentRecord | undefined {
  const record = readAnyRecord(path);
  return record?.format === recordVersion && isRecord(record) ? record : undefined;
}

function isRecord(value: object): value is EnvironmentRecord {
  const types = { key: "string", path: "string", python: "string", view: "string", packages: "list" } as const;
  if (!hasFields(value, { ...types, wish: "object", interpreter: "object" })) return false;
  const { key, view, packages, wish, interpreter } = value as EnvironmentRecord; // looked at field by field below
  return (
    isStoreName(key) &&
    isStoreName(basename(dirname(view))) &&
    packages.every(isPackage) &&
    hasFields(wish, { requirements: "strings" }) &&
    hasFields(interpreter, { realPath: "string", size: "number", mtimeMs: "number", version: "string" })
  );
}

const isPackage = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  hasFields(value, { name: "string", version: "string", sha256: "string" }) &&
  isStoreName((value as RecordedPackage).sha256);

/** The format of a record file that another version of PyBun wrote. */
export function foreignFormatOf(path: string): number | undefined {
  const format = readAnyRecord(path)?.format;
  return format === recordVersion ? undefined : format;
}

function readAnyRecord(path: string): { readonly format: number } | undefined {
  try {
    return wholeOf(readSmallJson(path, hasFormat));
  } catch (error) {
    // A directory that was closed to this user is as good as gone, and no reason to tell nothing of the others.
    if (error instanceof Problem && error.code === "E_STORE_PERMISSION") return undefined;
    throw error;
  }
}

const hasFormat = (value: object): value is { readonly format: number } => hasFields(value, { format: "number" });
