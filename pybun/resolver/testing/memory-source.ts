/** A universe of releases written down in a test: the smallest honest `ReleaseSource`. Answers at once, or late. */
import { parseRequirement, type Requirement } from "../../versions/requirement.ts";
import { parseVersion } from "../../versions/version.ts";
import type { WheelTargets } from "../../versions/wheel-targets.ts";
import { admitsPython } from "../python-range.ts";
import type { ReleaseRequirements, ReleaseSource, ReleaseStatus, Releases } from "../release-source.ts";

export interface MemoryRelease {
  readonly version: string;
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  readonly extras?: readonly string[];
  readonly status?: ReleaseStatus;
  /** What its wheels are for, where none is for the target. */
  readonly wheels?: WheelTargets;
}

export type Universe = Readonly<Record<string, readonly MemoryRelease[]>>;

export interface MemoryOptions {
  /** The version of the target Python, for Requires-Python. */
  readonly python?: string;
  /** Every first answer comes as a promise. */
  readonly late?: boolean;
}

/** Makes a source of a universe. */
export function memorySource(universe: Universe, options: MemoryOptions = {}): ReleaseSource {
  const pages = new Map<string, Releases>();
  const seen = new Set<string>();
  const pythonKey = parseVersion(options.python ?? "3.12.0").key;
  const page = (name: string): Releases => {
    const known = pages.get(name) ?? releasesOf(name, universe[name], pythonKey);
    pages.set(name, known);
    return known;
  };
  const answer = <T>(key: string, value: T): T | Promise<T> => {
    if (options.late !== true || seen.has(key)) return value;
    seen.add(key);
    return Promise.resolve(value);
  };
  return {
    releases: (name) => answer(name, page(name)),
    requirements: (releases, release, extra) =>
      answer(`${releases.name} ${release} ${extra}`, requirementsOf(universe, { releases, release, extra })),
    prefetchProject: () => undefined,
    expect: () => undefined,
  };
}

function releasesOf(name: string, releases: readonly MemoryRelease[] | undefined, pythonKey: string): Releases {
  const sorted = (releases ?? [])
    .map((release) => ({ ...release, key: parseVersion(release.version).key }))
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  const at = (release: number) => {
    const found = sorted[release];
    if (found === undefined) throw new RangeError(`${name} has no release ${release}`);
    return found;
  };
  return {
    name,
    kind: releases === undefined ? "absent" : "found",
    count: sorted.length,
    keyAt: (release) => at(release).key,
    textAt: (release) => at(release).version,
    statusAt: (release) => statusOf(at(release), pythonKey),
    isHiddenAt: (release) => at(release).status?.kind === "hidden",
    wheelTargetsAt: (release) => at(release).wheels,
    choiceAt: (release) => ({ file: memoryFile(name, at(release).version), hashes: [], index: "memory:" }),
  };
}

function statusOf(release: MemoryRelease, pythonKey: string): ReleaseStatus {
  const { requiresPython } = release;
  if (release.status !== undefined) return release.status;
  if (requiresPython === undefined || admitsPython(requiresPython, pythonKey)) return { kind: "usable" };
  return { kind: "python", requiresPython };
}

const memoryFile = (name: string, version: string) => ({
  filename: `${name}-${version}-py3-none-any.whl`,
  url: `memory:/${name}-${version}-py3-none-any.whl`,
  hashes: {},
  yanked: false as const,
  metadata: false,
  kind: "wheel" as const,
});

const parsed = new Map<string, Requirement>();

function requirementOf(text: string): Requirement {
  const known = parsed.get(text) ?? parseRequirement(text);
  parsed.set(text, known);
  return known;
}

function requirementsOf(
  universe: Universe,
  asked: { releases: Releases; release: number; extra: string | undefined },
): ReleaseRequirements {
  const version = asked.releases.textAt(asked.release);
  const found = universe[asked.releases.name]?.find((release) => release.version === version);
  const requirements = (found?.requires ?? []).map(requirementOf);
  return { kind: "known", requirements, extras: found?.extras ?? [] };
}
