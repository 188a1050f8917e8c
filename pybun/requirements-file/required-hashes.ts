import type { FileRequirement } from "./read-requirements.ts";

/** By project, the hashes that its file may have: `sha256:…`. */
export type RequiredHashes = ReadonlyMap<string, ReadonlySet<string>>;

/** What the lines of requirements and constraints allow together. */
export function requiredHashesOf(found: readonly FileRequirement[]): RequiredHashes {
  const byName = new Map<string, Set<string>>();
  for (const { requirement, hashes } of found) {
    if (hashes.length === 0) continue;
    const known = byName.get(requirement.name) ?? new Set();
    byName.set(requirement.name, new Set([...known, ...hashes]));
  }
  return byName;
}
