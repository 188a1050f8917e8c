/** What the resolver is asked, from what a command was told: policy, memo, wheels by URL and a source over the client. */
import type { Report } from "@vivarium/core/report";
import type { IndexClient } from "../index/client.ts";
import { judgeRequirements } from "../resolver/dependency.ts";
import type { JudgedRequirement } from "../resolver/release-source.ts";
import type { PrereleaseMode, ResolutionStrategy, ResolveRequest } from "../resolver/resolve.ts";
import { createMarkerJudge, type ResolveTarget } from "../resolver/target.ts";
import { intersectRanges, type VersionRange } from "../versions/range.ts";
import type { Requirement } from "../versions/requirement.ts";
import { type ClientSource, clientSource } from "./client-source.ts";
import { readDirectUrls } from "./direct-url.ts";
import { type BeginWheel, earlyWheels } from "./early-wheels.ts";
import type { Likely } from "./fetch-ahead.ts";
import { compileAsUsual } from "./jit-policy.ts";
import { openMemo } from "./memo.ts";
import { candidatePolicy, type PolicyOptions } from "./policy.ts";

export interface IndexResolution extends PolicyOptions {
  readonly requirements: readonly Requirement[];
  readonly constraints?: readonly Requirement[];
  readonly target: ResolveTarget;
  readonly client: IndexClient;
  readonly report: Report;
  readonly strategy?: ResolutionStrategy;
  readonly prerelease?: PrereleaseMode;
  readonly now?: () => number;
  /** For whoever will install the pins: told of wheels that are needed for certain, at most once each. */
  readonly beginWheel?: BeginWheel | undefined;
  /** The pins are to be installed, which those that only have source archives cannot be. */
  readonly wheelsOnly?: boolean;
  /** Ends the resolution between two decisions; the client has a signal of its own. */
  readonly signal?: AbortSignal | undefined;
}

/** The request, with the source that it asks. */
export async function requestOf(options: IndexResolution): Promise<{ request: ResolveRequest; source: ClientSource }> {
  const { requirements, constraints = [], target, client, strategy = "highest", prerelease = "if-necessary" } = options;
  const policy = candidatePolicy(target, [...requirements, ...constraints], options);
  const direct = await readDirectUrls({ requirements, constraints }, { client, policy, target });
  const memo = openMemo({ client, target, policy });
  const judge = createMarkerJudge(target);
  const likely: Likely = {
    highest: strategy !== "lowest",
    prereleases: prerelease === "allow" || prerelease === "disallow" ? prerelease : "prefer-final",
    bounds: boundsOf(judgeRequirements([...requirements, ...constraints], undefined, judge)),
  };
  const memory = memo === undefined ? undefined : { memo, judge };
  const { beginWheel } = options;
  const early = beginWheel === undefined ? undefined : earlyWheels(requirements, judge, beginWheel);
  const source = clientSource({
    client,
    policy,
    likely,
    direct: direct.releases,
    early,
    memory,
    onWait: beginWheel === undefined ? compileAsUsual : undefined,
  });
  const { urls } = direct;
  const { signal } = options;
  return {
    request: {
      requirements,
      constraints,
      target,
      strategy,
      prerelease,
      source,
      urls,
      signal,
      nowMs: () => performance.now(),
      onPause: compileAsUsual,
    },
    source,
  };
}

/** By project, what all of these admit together. */
function boundsOf(requirements: readonly JudgedRequirement[]): ReadonlyMap<string, VersionRange> {
  const bounds = new Map<string, VersionRange>();
  for (const { name, range } of requirements) {
    const known = bounds.get(name);
    bounds.set(name, known === undefined ? range : intersectRanges(known, range));
  }
  return bounds;
}
