/**
 * The record of an environment: `envs-v1/<key>/record.json`, written last before the environment is published. The
 * warm path of `run` reads this file and nothing else. An environment at a place of its own (`--dir`) keeps the same
 * record as `.vivarium-environment.json` in its prefix, and the store keeps a pointer to it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "@vivarium/core/store";
import { errnoOf } from "@vivarium/core/store/io-problem";

/** Grows when an environment would be made differently: records of another version are made again. */
export const recordVersion = 1;
export const environmentKind = `envs-v${recordVersion}`;
export const recordFileName = "record.json";
/** The record within the prefix of an environment at a place of its own. */
export const ownedRecordName = ".vivarium-environment.json";

export interface RecordedPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
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

/** Reads a record file. A file that is cut short counts as absent. */
export function readRecordFile(path: string): EnvironmentRecord | undefined {
  try {
    // Only ensureEnvironment writes these files; the format number guards their shape.
    const record = JSON.parse(readFileSync(path, "utf8")) as EnvironmentRecord;
    return record.format === recordVersion ? record : undefined;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
