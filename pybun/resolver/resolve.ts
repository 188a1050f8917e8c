/**
 * Requirements in, pins or a proof out.
 *
 * Pure: all that is known of the world comes through the source, and the clock by which it pauses with the request.
 * Direct URLs are looked at first, because a project that comes from a URL comes from there whoever asks for it.
 */
import { assert } from "@vivarium/core/assert";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import { openSlices } from "@vivarium/core/time-slice";
import type { Requirement } from "../versions/requirement.ts";
import { namesPrerelease } from "../versions/specifier.ts";
import { type EdgeRules, edgesOf } from "./dependency.ts";
import { type Derivation, deriveProof } from "./derivation.ts";
import type { resolverDiagnostics } from "./diagnostics.ts";
import { explainDerivation } from "./explain.ts";
import { collectPins, type Pin } from "./pins.ts";
import type { ReleaseSource, Releases } from "./release-source.ts";
import { withRequirers } from "./requirers.ts";
import type { SelectionRule } from "./select-release.ts";
import { advance } from "./solve.ts";
import type { SolverSetting } from "./solver-setting.ts";
import { createSolverState, type SolverState } from "./solver-state.ts";
import { createMarkerJudge, type ResolveTarget } from "./target.ts";
import { withWheelTargets } from "./wheel-targets.ts";

const problem = problemsOf<typeof resolverDiagnostics>();

export type ResolutionStrategy = "highest" | "lowest" | "lowest-direct";
export type PrereleaseMode = "allow" | "disallow" | "explicit" | "if-necessary";

export interface ResolveRequest {
  readonly requirements: readonly Requirement[];
  /** Narrow versions of what is required anyway; they require nothing themselves. */
  readonly constraints: readonly Requirement[];
  readonly target: ResolveTarget;
  readonly strategy: ResolutionStrategy;
  readonly prerelease: PrereleaseMode;
  readonly source: ReleaseSource;
  /** Projects by URL beyond the requirements' own: what wheels at URLs require by URL. */
  readonly urls?: ReadonlyMap<string, string>;
  /** Ends the resolution, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the solver has run for a while without an end in sight. */
  readonly onPause?: (() => void) | undefined;
  /** Milliseconds that only grow, by which the pauses are made. */
  readonly nowMs: () => number;
}

export type ResolveOutcome =
  | { readonly kind: "solved"; readonly pins: readonly Pin[] }
  | { readonly kind: "conflict"; readonly derivation: Derivation; readonly text: string };

/** Resolves for one target. Rejects with what the source rejects with, and with `E_RESOLVE_URL_…`. */
export async function resolve(request: ResolveRequest): Promise<ResolveOutcome> {
  const setting = solverSetting(request);
  const state = createSolverState();
  try {
    return await solve(request, { setting, state });
  } catch (error) {
    throw withRequirers(error, state, setting.source);
  }
}

interface Solving {
  readonly setting: SolverSetting;
  readonly state: SolverState;
}

async function solve(request: ResolveRequest, { setting, state }: Solving): Promise<ResolveOutcome> {
  for (;;) {
    request.signal?.throwIfAborted();
    const slices = openSlices(request.nowMs);
    const result = advance(state, setting, () => !slices.isOver());
    if (result.kind === "waiting") await result.until;
    else if (result.kind === "paused") {
      request.onPause?.();
      await slices.next();
    } else if (result.kind === "solved") return { kind: "solved", pins: collectPins(state, setting) };
    else return failed(state, { request, terminal: result.terminal });
  }
}

async function failed(
  state: SolverState,
  { request, terminal }: { readonly request: ResolveRequest; readonly terminal: number },
): Promise<ResolveOutcome> {
  const { source, target } = request;
  const proof = deriveProof(state, terminal);
  const releases = await releasesInProof(proof, source);
  const derivation = withWheelTargets(proof, releases);
  const text = explainDerivation(derivation, { releases, python: target.python.text, tags: target.tags });
  return { kind: "conflict", derivation, text };
}

/** Existing versions make the explanation short, so projects that were never asked for are fetched now. */
async function releasesInProof(derivation: Derivation, source: ReleaseSource): Promise<ReadonlyMap<string, Releases>> {
  const subjects = derivation.steps.flatMap(({ terms }) => terms.map(({ subject }) => subject));
  const found = new Map<string, Releases>();
  for (const { kind, name } of subjects) {
    if (kind === "root" || kind === "python" || found.has(name)) continue;
    try {
      found.set(name, await source.releases(name));
    } catch (error) {
      // A proof needs no more than it has: a project that cannot be had now is told by the ranges as they stand.
      if (!(error instanceof Problem)) throw error;
    }
  }
  return found;
}

/** The parts of a request that the solver's loop needs. Begins to fetch the projects that are required. */
export function solverSetting(request: ResolveRequest): SolverSetting {
  const judge = createMarkerJudge(request.target);
  const applicable = request.requirements.filter((requirement) => judge.holds(requirement.marker, undefined));
  const rules: EdgeRules = {
    judge,
    constraints: groupByName(request.constraints),
    urls: urlsOf(applicable, request.urls ?? new Map()),
  };
  for (const { name } of applicable) request.source.prefetchProject(name);
  return {
    source: request.source,
    rules,
    rootEdges: edgesOf(applicable, rules),
    selectionFor: selectionRules(request, applicable),
  };
}

function selectionRules(request: ResolveRequest, applicable: readonly Requirement[]): (name: string) => SelectionRule {
  const direct = new Set(applicable.map(({ name }) => name));
  const explicit = new Set<string>();
  for (const { name, specifiers } of [...applicable, ...request.constraints]) {
    if (specifiers.some(namesPrerelease)) explicit.add(name);
  }
  const prereleasesFor = (name: string): SelectionRule["prereleases"] => {
    if (request.prerelease === "allow" || request.prerelease === "disallow") return request.prerelease;
    return request.prerelease === "if-necessary" || explicit.has(name) ? "prefer-final" : "disallow";
  };
  const isHighest = (name: string): boolean =>
    request.strategy === "highest" || (request.strategy === "lowest-direct" && !direct.has(name));
  const known = new Map<string, SelectionRule>();
  return (name) => {
    const rule = known.get(name) ?? { highest: isHighest(name), prereleases: prereleasesFor(name) };
    known.set(name, rule);
    return rule;
  };
}

function groupByName(constraints: readonly Requirement[]): ReadonlyMap<string, readonly Requirement[]> {
  const groups = new Map<string, Requirement[]>();
  for (const constraint of constraints) {
    const group = groups.get(constraint.name) ?? [];
    groups.set(constraint.name, [...group, constraint]);
  }
  return groups;
}

function urlsOf(
  requirements: readonly Requirement[],
  further: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  const add = (name: string, url: string): void => {
    const first = urls.get(name) ?? url;
    if (first !== url) throw problem("E_RESOLVE_URL_CONFLICT", { name, first, second: url });
    urls.set(name, url);
  };
  for (const { name, url } of requirements) if (url !== undefined) add(name, url);
  for (const [name, url] of further) add(name, url);
  return urls;
}

/** Names of extras that were asked for, by project, though the pinned release does not have them. */
export function missingExtras(
  pins: readonly Pin[],
  source: ReleaseSource,
): { name: string; version: string; extra: string }[] {
  return pins.flatMap((pin) => {
    const releases = source.releases(pin.name);
    assert(!(releases instanceof Promise), "what was pinned has been answered before");
    const answer = source.requirements(releases, pin.release, undefined);
    if (answer instanceof Promise || answer.kind === "unusable" || answer.kind === "python") return [];
    return pin.extras
      .filter((extra) => !answer.extras.includes(extra))
      .map((extra) => ({ name: pin.name, version: pin.version, extra }));
  });
}
