/** Which distributions an environment that was there before us has: by the names of its metadata directories (PEP 376). */
import { readdirSync } from "node:fs";
import { errnoOf } from "@vivarium/core/store/io-problem";
import type { PackageBeneath } from "../install/beneath.ts";
import { normalizeName } from "../versions/name.ts";
import { formatVersion, tryParseVersion } from "../versions/version.ts";

const metadataName = /^([A-Za-z0-9][A-Za-z0-9._]*)-([^-]+)\.dist-info$/;

/** Sorted by name; of a name that two directories have, the first counts, as for the interpreter. */
export function installedPackages(directories: readonly string[]): readonly PackageBeneath[] {
  const found = new Map<string, PackageBeneath>();
  for (const entry of directories.flatMap(namesIn)) {
    const [, name, text] = metadataName.exec(entry) ?? [];
    const version = tryParseVersion(text ?? "");
    if (name === undefined || version === undefined) continue;
    const key = normalizeName(name);
    if (!found.has(key)) found.set(key, { name: key, version: formatVersion(version) });
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw error;
  }
}
