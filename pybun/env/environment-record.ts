/**
 * The record of an environment: `envs-v3/<key>/record.json`, written last before the environment is published. The
 * warm path of `run` reads this file and nothing else. An environment at a place of its own (`--dir`) keeps the same
 * record as `.vivarium-environment.json` in its prefix, and the store keeps a pointer to it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "@vivarium/core/store";
import { errnoOf } from "@vivarium/core/store/io-problem";

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

/** Reads a record file. A file that is cut short, or of another format, counts as absent. */
export function readRecordFile(path: string): EnvironmentRecord | undefined {
  const record = readAnyRecord(path);
  // Only ensureEnvironment writes these files; the format number guards their shape.
  return record?.format === recordVersion ? (record as EnvironmentRecord) : undefined;
}

/** The format of a record file that another version of PyBun wrote. */
export function foreignFormatOf(path: string): number | undefined {
  const format = readAnyRecord(path)?.format;
  return format === recordVersion ? undefined : format;
}

function readAnyRecord(path: string): { readonly format: number } | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    const isRecord = typeof value === "object" && value !== null && "format" in value;
    return isRecord && typeof value.format === "number" ? { ...value, format: value.format } : undefined;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR" || error instanceof SyntaxError) return undefined;
    // A directory that was closed to this user is as good as gone, and no reason to tell nothing of the others.
    if (errno === "EACCES") return undefined;
    throw error;
  }
}
