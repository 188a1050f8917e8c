/**
 * What others have installed into an environment of ours: its prefix is the user's to write to, and what lies in its
 * own site-packages goes before the view. Ours there are copies of distributions that the view then does not have.
 */
import { join } from "node:path";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { normalizeName } from "../versions/name.ts";
import { formatVersion, tryParseVersion } from "../versions/version.ts";
import { installedPackages } from "./installed-packages.ts";

export interface AddedDistribution {
  readonly name: string;
  readonly version: string;
  /** The version that the environment was made with, if it was made with any. */
  readonly declared?: string;
}

/** Sorted by name. `site` is the environment's own site-packages, relative to its prefix. */
export function addedDistributions(record: EnvironmentRecord, site: string): readonly AddedDistribution[] {
  const found = installedPackages([join(record.path, site)]);
  if (found.length === 0) return [];
  const viewed = new Set(installedPackages([record.view]).map(({ name }) => name));
  const declared = new Map(record.packages.map(({ name, version }) => [normalizeName(name), version]));
  return found
    .filter(({ name, version }) => viewed.has(name) || !isSame(declared.get(name), version))
    .map((one) => ({ ...one, ...declaredAs(declared.get(one.name)) }));
}

const declaredAs = (declared: string | undefined) => (declared === undefined ? {} : { declared });

/** Directories are named by normalised versions, manifests as their publishers wrote them. */
function isSame(declared: string | undefined, version: string): boolean {
  const parsed = tryParseVersion(declared ?? "");
  return parsed !== undefined && formatVersion(parsed) === version;
}
