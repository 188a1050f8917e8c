/** The oracle of the property tests: tries every combination of releases. Only for tiny universes without extras. */
import { rangeContains } from "../../versions/range.ts";
import { parseRequirement } from "../../versions/requirement.ts";
import { specifiersToRange } from "../../versions/specifier-range.ts";
import { parseVersion } from "../../versions/version.ts";
import type { Universe } from "./memory-source.ts";

export type Selection = Readonly<Record<string, string>>;

/** A selection of versions that meets the requirements, or undefined where there is none. */
export function bruteForce(universe: Universe, requirements: readonly string[]): Selection | undefined {
  return extend(universe, requirements, {});
}

function extend(universe: Universe, open: readonly string[], chosen: Selection): Selection | undefined {
  const [first, ...rest] = open;
  if (first === undefined) return chosen;
  const { name, specifiers } = parseRequirement(first);
  const range = specifiersToRange(specifiers);
  const admits = (version: string): boolean => rangeContains(range, parseVersion(version).key);
  const present = chosen[name];
  if (present !== undefined) return admits(present) ? extend(universe, rest, chosen) : undefined;
  for (const release of universe[name] ?? []) {
    if (!admits(release.version) || (release.status !== undefined && release.status.kind !== "usable")) continue;
    const found = extend(universe, [...rest, ...(release.requires ?? [])], { ...chosen, [name]: release.version });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why a selection is no solution; undefined where it is one. */
export function flawOf(universe: Universe, requirements: readonly string[], chosen: Selection): string | undefined {
  const open = [...requirements];
  const reached = new Set<string>();
  for (const text of open) {
    const { name, specifiers } = parseRequirement(text);
    const version = chosen[name];
    if (version === undefined) return `${text} is not met: ${name} is not selected`;
    if (!rangeContains(specifiersToRange(specifiers), parseVersion(version).key))
      return `${text} is not met by ${version}`;
    if (reached.has(name)) continue;
    reached.add(name);
    open.push(...(universe[name]?.find((release) => release.version === version)?.requires ?? []));
  }
  const superfluous = Object.keys(chosen).find((name) => !reached.has(name));
  return superfluous === undefined ? undefined : `${superfluous} is required by nobody`;
}
