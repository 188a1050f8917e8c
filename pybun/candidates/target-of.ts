/** The target of a resolution: an interpreter, with the version or the platform of another one where that was asked. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { ResolveTarget } from "../resolver/target.ts";
import type { versionsDiagnostics } from "../versions/diagnostics.ts";
import type { MarkerEnvironment } from "../versions/marker.ts";
import { parsePlatformName, platformMarkers } from "../versions/platform-names.ts";
import { compatibleTags, type TagTarget } from "../versions/tags.ts";
import { parseVersion, tryParseVersion } from "../versions/version.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

/** What of an interpreter a target is made from. */
export interface TargetBasis {
  readonly version: string;
  readonly markers: MarkerEnvironment;
  readonly tagTarget: TagTarget;
}

export interface TargetOverrides {
  /** `3.9` means 3.9.0. */
  readonly pythonVersion?: string | undefined;
  /** A name of platform-names.ts. */
  readonly platform?: string | undefined;
  readonly macosDeploymentTarget?: string | undefined;
}

/** Throws `E_PYTHON_VERSION_INVALID` and `E_PLATFORM_UNKNOWN`. */
export function targetOf(basis: TargetBasis, overrides: TargetOverrides = {}): ResolveTarget {
  const versioned = overrides.pythonVersion === undefined ? basis : withVersion(basis, overrides.pythonVersion);
  const placed = overrides.platform === undefined ? versioned : withPlatform(versioned, overrides.platform, overrides);
  return { markers: placed.markers, tags: compatibleTags(placed.tagTarget), python: parseVersion(placed.version) };
}

function withVersion(basis: TargetBasis, text: string): TargetBasis {
  const asked = tryParseVersion(text);
  if (asked === undefined) throw problem("E_PYTHON_VERSION_INVALID", { text });
  const version = asked.release.length < 3 ? parseVersion([...asked.release, 0, 0].slice(0, 3).join(".")) : asked;
  const [major = 3, minor = 0] = version.release;
  return {
    version: version.text,
    markers: {
      ...basis.markers,
      python_version: `${major}.${minor}`,
      python_full_version: version.text,
      implementation_version: version.text,
    },
    tagTarget: { ...basis.tagTarget, python: [major, minor] },
  };
}

function withPlatform(basis: TargetBasis, name: string, options: TargetOverrides): TargetBasis {
  const { macosDeploymentTarget } = options;
  const platform = parsePlatformName(name, { macosDeploymentTarget });
  return {
    ...basis,
    markers: { ...basis.markers, ...platformMarkers(platform) },
    tagTarget: { ...basis.tagTarget, platform },
  };
}
