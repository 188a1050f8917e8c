/**
 * Names of interfaces with a version: which of those that were given serves an import (Explainer.md, canonical
 * interface names). Versions are compatible if they agree up to the first part that is not zero.
 */

const versioned = /^(.+)@(\d+)\.(\d+)(?:\.(\d+))?(\+[^-]*)?$/;

interface Version {
  /** The same for all that are compatible. */
  readonly track: string;
  readonly minor: number;
  readonly patch: number;
}

/** Undefined for names without a version, and for pre-releases: they are compatible with nothing but themselves. */
function versionOf(name: string): Version | undefined {
  const [, base = "", major = "", minor = "", patch = "0"] = versioned.exec(name) ?? [];
  if (base === "") return undefined;
  const parts = major === "0" ? (minor === "0" ? [major, minor, patch] : [major, minor]) : [major];
  return { track: `${base}@${parts.join(".")}`, minor: Number(minor), patch: Number(patch) };
}

/** Whether one that serves `served` serves an import of this name too. */
export const isCompatible = (name: string, served: string): boolean =>
  name === served || (versionOf(name) !== undefined && versionOf(name)?.track === versionOf(served)?.track);

/** What has this very name, else the newest compatible. */
export function compatibleLookup<T>(given: ReadonlyMap<string, T>): (name: string) => T | undefined {
  const newest = new Map<string, { readonly version: Version; readonly value: T }>();
  for (const [name, value] of given) {
    const version = versionOf(name);
    if (version === undefined) continue;
    const known = newest.get(version.track)?.version;
    if (known === undefined || isNewer(version, known)) newest.set(version.track, { version, value });
  }
  return (name) => given.get(name) ?? newest.get(versionOf(name)?.track ?? "")?.value;
}

const isNewer = (one: Version, other: Version): boolean =>
  one.minor > other.minor || (one.minor === other.minor && one.patch > other.patch);
