/** Resolves within a universe of memory-source.ts: what tests need beside the universe itself, with defaults. */
import { parseRequirement } from "../../versions/requirement.ts";
import { parseVersion } from "../../versions/version.ts";
import { type ReplayFault, replayDerivation } from "../replay.ts";
import { type ResolveOutcome, type ResolveRequest, resolve, solverSetting } from "../resolve.ts";
import type { ResolveTarget } from "../target.ts";
import { type MemoryOptions, memorySource, type Universe } from "./memory-source.ts";

export interface UniverseOptions
  extends MemoryOptions,
    Partial<Pick<ResolveRequest, "strategy" | "prerelease" | "urls">> {
  readonly constraints?: readonly string[];
}

/** CPython on Linux, of any version. */
export function linuxTarget(python: string): ResolveTarget {
  const version = parseVersion(python);
  const markers = {
    implementation_name: "cpython",
    implementation_version: python,
    os_name: "posix",
    platform_machine: "x86_64",
    platform_python_implementation: "CPython",
    platform_release: "",
    platform_system: "Linux",
    platform_version: "",
    python_full_version: python,
    python_version: version.release.slice(0, 2).join("."),
    sys_platform: "linux",
  };
  return { markers, tags: [], python: version };
}

/** The request that {@link resolveUniverse} makes. */
export function universeRequest(
  universe: Universe,
  requirements: readonly string[],
  options: UniverseOptions = {},
): ResolveRequest {
  const { python = "3.12.0", constraints = [], strategy = "highest", prerelease = "if-necessary", urls } = options;
  return {
    requirements: requirements.map(parseRequirement),
    constraints: constraints.map(parseRequirement),
    target: linuxTarget(python),
    strategy,
    prerelease,
    source: memorySource(universe, options),
    nowMs: () => 0,
    ...(urls === undefined ? {} : { urls }),
  };
}

/** Resolves, and replays the proof where there is no solution. */
export async function resolveUniverse(
  universe: Universe,
  requirements: readonly string[],
  options: UniverseOptions = {},
): Promise<ResolveOutcome & { readonly faults: readonly ReplayFault[] }> {
  const request = universeRequest(universe, requirements, options);
  const outcome = await resolve(request);
  if (outcome.kind === "solved") return { ...outcome, faults: [] };
  const setting = { ...solverSetting(request), pythonKey: request.target.python.key };
  return { ...outcome, faults: await replayDerivation(outcome.derivation, setting) };
}
