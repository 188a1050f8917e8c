/**
 * What requirements ask for and an environment lacks.
 *
 * Asked for is what is named: each requirement with its version or URL, and what its extras add, extras of that too.
 * What a distribution needs without any extra is between it and whoever installed it: environments work that
 * `pip check` complains of.
 */
import { redact } from "@vivarium/core/redact";
import { requirementsFor } from "../candidates/requirement-shelf.ts";
import { evaluateMarker, type MarkerEnvironment } from "../versions/marker.ts";
import { formatRequirement, type Requirement } from "../versions/requirement.ts";
import { specifiersContain } from "../versions/specifier.ts";
import { tryParseVersion, type Version } from "../versions/version.ts";
import { matchesDirectUrl, toldUrl } from "./direct-url-match.ts";
import type { InstalledDistribution, InstalledDistributions } from "./installed-distributions.ts";

export interface LookedAt {
  readonly markers: MarkerEnvironment;
  readonly installed: InstalledDistributions;
}

interface Wish {
  readonly requirement: Requirement;
  /** `name[extra]`, where that asks for it and not the script. */
  readonly source?: string;
}

/** A sentence each. An extra that a distribution does not have adds nothing, as for a resolver. */
export function lacksOf(requirements: readonly Requirement[], scene: LookedAt): readonly string[] {
  const lacks = new Set<string>();
  const seen = new Set<string>();
  const wishes: Wish[] = requirements.filter((one) => holds(one, scene)).map((requirement) => ({ requirement }));
  for (const { requirement, source } of wishes) {
    const { name, extras } = requirement;
    const found = scene.installed.get(name);
    const lack = lackOf({ requirement, ...(source === undefined ? {} : { source }) }, found);
    if (lack !== undefined) lacks.add(lack);
    for (const extra of found === undefined ? [] : extras) {
      const asking = `${name}[${extra}]`;
      // Extras may name each other in a circle.
      if (found === undefined || seen.has(asking)) continue;
      seen.add(asking);
      const added = addedBy(extra, found, scene);
      if ("line" in added) lacks.add(`'${redact(added.line)}' cannot be read, and '${asking}' requires it`);
      else wishes.push(...added.map((one) => ({ requirement: one, source: asking })));
    }
  }
  return [...lacks];
}

const holds = ({ marker }: Requirement, { markers }: LookedAt, extra?: string): boolean =>
  marker === undefined || evaluateMarker(marker, markers, new Set(extra === undefined ? [] : [extra]));

/** What is required with the extra and not without it. */
function addedBy(extra: string, { requiresDist, version }: InstalledDistribution, scene: LookedAt) {
  const metadata = { name: "", version, requiresDist, providesExtra: [], dynamic: [] };
  const found = requirementsFor(metadata, extra);
  return "line" in found ? found : found.filter((one) => holds(one, scene, extra) && !holds(one, scene));
}

function lackOf({ requirement, source }: Wish, found: InstalledDistribution | undefined): string | undefined {
  const { name } = requirement;
  const version = tryParseVersion(found?.version ?? "");
  if (found === undefined || version === undefined) {
    return `'${name}' is not installed${source === undefined ? "" : `, and '${source}' requires it`}`;
  }
  const misfit = misfitOf(requirement, found, version);
  if (misfit === undefined) return undefined;
  const { marker: _, ...unconditional } = requirement;
  const wanted = `'${redact(formatRequirement(unconditional))}'`;
  const demand = source === undefined ? `${wanted} is required` : `'${source}' requires ${wanted}`;
  return `${name} ${version.text} is installed${misfit}, and ${demand}`;
}

/** How what is installed is not what is required; empty where its version says it already. */
function misfitOf(
  { specifiers, url }: Requirement,
  { directUrl }: InstalledDistribution,
  version: Version,
): string | undefined {
  if (url === undefined) return specifiersContain(specifiers, version, { prereleases: true }) ? undefined : "";
  if (directUrl !== null && matchesDirectUrl(url, directUrl)) return undefined;
  const told = directUrl === null ? undefined : toldUrl(directUrl);
  return told === undefined ? ", but from no URL" : ` from '${told}'`;
}
