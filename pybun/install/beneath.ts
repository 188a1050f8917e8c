/**
 * Packages of the environment that another one is laid over: `run --with` in a project.
 *
 * They are preferred, as uv prefers them: the resolution first takes each at its version, unless a requirement of the
 * run itself rules that out; if that has no solution, they count for nothing. What then comes out at the very version
 * that lies beneath is not installed again; another version shadows it.
 */
import { Problem } from "@vivarium/core/diagnostic";
import type { Pin } from "../resolver/pins.ts";
import { parseRequirement, type Requirement } from "../versions/requirement.ts";
import { specifiersContain } from "../versions/specifier.ts";
import { parseVersion } from "../versions/version.ts";

export interface PackageBeneath {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
}

export interface LayerBeneath {
  /** Its directories of packages, in the order of its path: they come behind this environment's own. */
  readonly directories: readonly string[];
  readonly packages: readonly PackageBeneath[];
}

export interface LayeredWish {
  readonly requirements: readonly Requirement[];
  readonly beneath: readonly PackageBeneath[];
}

/** The pins that have to be installed. `solve` resolves with further constraints. @throws what `solve` throws */
export async function pinsAbove(
  { requirements, beneath }: LayeredWish,
  solve: (constraints: readonly Requirement[]) => Promise<readonly Pin[]>,
): Promise<readonly Pin[]> {
  const preferred = beneath.filter((known) => requirements.every((wanted) => allows(wanted, known)));
  const pins = await solve(preferred.map(({ name, version }) => parseRequirement(`${name}==${version}`))).catch(
    (error: unknown) => {
      if (!(error instanceof Problem && error.code === "E_RESOLVE_CONFLICT")) throw error;
      return solve([]);
    },
  );
  const versions = new Map(beneath.map(({ name, version }) => [name, version]));
  return pins.filter(({ name, version }) => versions.get(name) !== version);
}

const allows = ({ name, url, specifiers }: Requirement, known: PackageBeneath): boolean =>
  name !== known.name ||
  (url === undefined && specifiersContain(specifiers, parseVersion(known.version), { prereleases: true }));
