/**
 * The warm record of `env create --dir`: what the environment of a wish consists of, at whatever place, and what must
 * still be as it was when the long way found that out. `<cache>/creates-v1/<key>`, JSON.
 */
import { join } from "node:path";
import { hasFields, readSmallJson, wholeOf } from "@vivarium/core/store/small-file";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import type { PrefixPlan } from "../env/prefix-plan.ts";
import { hashVariables } from "../run/hash-variables.ts";

export const createKind = "creates-v1";

/** Grows with the meaning of a field, and with what a prefix of the same wheels consists of (env/prefix-plan.ts). */
const format = 5;

export interface CreateRecord {
  /** The looks (witness.ts) of what decides the interpreter and the packages. */
  readonly witnesses: readonly Witness[];
  /** SHA-256 of the files of requirements and constraints. */
  readonly files: readonly Witness[];
  readonly view: ViewSight;
  /** Its paths are below `placeholder.prefix`. */
  readonly environment: EnvironmentRecord;
  /** Its texts name `placeholder.prefix` and `placeholder.name`. */
  readonly plan: PrefixPlan;
  /** The directory of programs in the prefix. */
  readonly scripts: string;
}

export interface Witness {
  readonly path: string;
  readonly fingerprint: string;
}

/** What is looked at of a view before an environment is laid on it, as `ensureView` does. */
export interface ViewSight {
  readonly path: string;
  /** Entries at its root. */
  readonly roots: number;
  /** A directory of each wheel. */
  readonly distInfos: readonly string[];
}

/** Stands for the place of an environment. No path of a store and no name within a wheel may hold it. */
export const placeholder = { prefix: "/<vivarium-parent>/<vivarium-name>", name: "<vivarium-name>" } as const;

export interface CreateWish {
  readonly wish: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where the record of a wish is, below the cache. */
export function createRecordPath(cacheRoot: string, { wish, cwd, environment }: CreateWish): string {
  const hasher = new Bun.CryptoHasher("sha256");
  hasher.update(JSON.stringify([cwd, wish]));
  hashVariables(hasher, environment);
  return join(cacheRoot, createKind, hasher.digest("hex").slice(0, 40));
}

export function formatCreateRecord(record: CreateRecord): string {
  return JSON.stringify({ format, ...record });
}

/** Undefined for another format, and for a file that was cut short. */
export function readCreateRecord(path: string): CreateRecord | undefined {
  return wholeOf(readSmallJson(path, isCreateRecord));
}

/** Written by formatCreateRecord only; the format number guards what the fields hold. */
function isCreateRecord(value: object): value is CreateRecord {
  const types = { format: "number", witnesses: "list", files: "list", view: "object", environment: "object" } as const;
  if (!hasFields(value, { ...types, plan: "object", scripts: "string" })) return false;
  return (value as { format: unknown }).format === format;
}
