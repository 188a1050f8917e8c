/** Who requires a project: in a solution, and in what was decided when a resolution had to be given up. */
import { type ParamsOf, Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { Requirer } from "../index/build-need.ts";
import type { indexDiagnostics } from "../index/diagnostics.ts";
import { tryParseSdistFilename } from "../versions/sdist-filename.ts";
import { packageEntry, rootPackage } from "./package-table.ts";
import type { ReleaseSource } from "./release-source.ts";
import type { SolverState } from "./solver-state.ts";

const problem = problemsOf<typeof indexDiagnostics>();

/** By project, the names of those that require it; the empty name is the user. */
export function requirersIn(state: SolverState): ReadonlyMap<string, ReadonlySet<string>> {
  const requirers = new Map<string, Set<string>>();
  for (const package_ of state.solution.decided) {
    const entry = packageEntry(state.packages, package_);
    if (entry.kind === "extra") continue;
    const release = state.solution.assignments[package_]?.decision?.release ?? 0;
    const requirer = package_ === rootPackage ? "" : entry.name;
    for (const { name, origin } of state.edges[package_]?.get(release) ?? []) {
      if (name === requirer || origin !== "requirement") continue;
      requirers.set(name, (requirers.get(name) ?? new Set()).add(requirer));
    }
  }
  return requirers;
}

/** A project of a solution, or of a part of one. */
export interface Required {
  readonly name: string;
  readonly version: string;
  /** Names of those that require it; the empty name is the user. */
  readonly via: readonly string[];
}

/** From the one that requires a project to one that the user requires, by the fewest steps; empty where the user does. */
export function requirersOf(name: string, projects: readonly Required[]): readonly Requirer[] {
  const byName = new Map(projects.map((project) => [project.name, project]));
  const paths = new Map<string, readonly Requirer[]>([[name, []]]);
  // A map visits what is added while it is walked: nearer ones first.
  for (const [at, path] of paths) {
    const via = byName.get(at)?.via ?? [];
    if (via.includes("")) return path;
    for (const requirer of via) {
      const version = byName.get(requirer)?.version;
      if (version !== undefined && !paths.has(requirer)) paths.set(requirer, [...path, { name: requirer, version }]);
    }
  }
  return [];
}

/** A failure that only building would prevent, with the release that was looked at and who requires it. */
export function withRequirers(error: unknown, state: SolverState, source: ReleaseSource): unknown {
  if (!(error instanceof Problem) || error.code !== "E_SDIST_BUILD_NEEDED") return error;
  // The parameters of this code.
  const params = error.params as ParamsOf<typeof indexDiagnostics, "E_SDIST_BUILD_NEEDED">;
  const { name } = packageEntry(state.packages, state.next);
  const version = tryParseSdistFilename(params.file)?.version.text;
  if (params.build !== undefined || version === undefined) return error;
  const requiredBy = requirersOf(name, decidedProjects(state, { source, asked: name }));
  return problem("E_SDIST_BUILD_NEEDED", {
    ...params,
    build: { name, version, requiredBy, isForcedSource: false, fixes: [] },
  });
}

function decidedProjects(
  state: SolverState,
  { source, asked }: { readonly source: ReleaseSource; readonly asked: string },
): readonly Required[] {
  const requirers = requirersIn(state);
  const viaOf = (name: string): readonly string[] => [...(requirers.get(name) ?? [])].sort();
  const decided = state.solution.decided.flatMap((package_) => {
    const { kind, name } = packageEntry(state.packages, package_);
    const release = state.solution.assignments[package_]?.decision?.release;
    const releases = kind === "project" ? source.releases(name) : undefined;
    if (releases === undefined || releases instanceof Promise || release === undefined) return [];
    return [{ name, version: releases.textAt(release), via: viaOf(name) }];
  });
  return [...decided, { name: asked, version: "", via: viaOf(asked) }];
}
