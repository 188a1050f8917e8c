/**
 * From lines of `Requires-Dist` to requirements, without reading more lines than the question needs.
 *
 * Metadata of large projects has hundreds of lines for extras that nobody asked for. A line whose marker demands an
 * extra is recognised by its end and set aside unread; each distinct line is parsed once a process. Old releases are
 * full of slightly malformed lines that every installer reads anyway (malformed-requirement.ts), and of markers with
 * comparisons that mean nothing (`os_name ~= "posix"`).
 */

import { Problem } from "@vivarium/core/diagnostic";
import type { CoreMetadata } from "../index/index-file.ts";
import { normalizeName } from "../versions/name.ts";
import { parsePublishedRequirement, type Requirement } from "../versions/requirement.ts";
import { rewriteRequirement } from "./malformed-requirement.ts";

/** A line that no repair makes readable. */
export interface MalformedLine {
  readonly line: string;
}

interface Shelf {
  /** Lines that may hold without any extra. */
  readonly base: readonly string[];
  /** Lines that may hold only with this extra. */
  readonly byExtra: ReadonlyMap<string, readonly string[]>;
  /** Lines that mention extras in a way that has to be evaluated. */
  readonly entangled: readonly string[];
}

const shelves = new WeakMap<CoreMetadata, Shelf>();
const parsed = new Map<string, Requirement | MalformedLine>();

/** Requirements that may hold without an extra, or because of one. */
export function requirementsFor(metadata: CoreMetadata, extra: string | undefined): Requirement[] | MalformedLine {
  const shelf = shelves.get(metadata) ?? shelve(metadata.requiresDist);
  shelves.set(metadata, shelf);
  const own = extra === undefined ? shelf.base : (shelf.byExtra.get(extra) ?? []);
  const requirements: Requirement[] = [];
  for (const lines of [own, shelf.entangled]) {
    for (const line of lines) {
      const requirement = parseLine(line);
      if ("line" in requirement) return requirement;
      requirements.push(requirement);
    }
  }
  return requirements;
}

function shelve(lines: readonly string[]): Shelf {
  const base: string[] = [];
  const byExtra = new Map<string, string[]>();
  const entangled: string[] = [];
  for (const line of lines) {
    const semicolon = line.indexOf(";");
    if (semicolon < 0 || line.indexOf("extra", semicolon) < 0) base.push(line);
    else {
      const extra = demandedExtra(line.slice(semicolon + 1));
      if (extra === undefined) entangled.push(line);
      else byExtra.set(extra, [...(byExtra.get(extra) ?? []), line]);
    }
  }
  return { base, byExtra, entangled };
}

const DEMAND = /\bextra\s*==\s*(["'])([^"']*)\1/g;

/** The one extra without which a marker cannot hold, where that is plain to see: `… and extra == "x"`. */
function demandedExtra(marker: string): string | undefined {
  if (/\bor\b/.test(marker)) return undefined;
  const demands = [...marker.matchAll(DEMAND)];
  const name = demands[0]?.[2];
  const mentions = marker.match(/\bextra\b/g)?.length ?? 0;
  return demands.length === 1 && mentions === 1 && name !== undefined ? normalizeName(name) : undefined;
}

function parseLine(line: string): Requirement | MalformedLine {
  const known = parsed.get(line);
  if (known !== undefined) return known;
  const found = tryParse(line) ?? parseMalformed(line) ?? { line };
  parsed.set(line, found);
  return found;
}

function parseMalformed(line: string): Requirement | undefined {
  const rewritten = rewriteRequirement(line);
  return rewritten === undefined ? undefined : tryParse(rewritten);
}

function tryParse(line: string): Requirement | undefined {
  try {
    return parsePublishedRequirement(line);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
