/**
 * The solver's loop: propagate, pick a package, pick a release, learn its dependencies, again.
 *
 * `advance` runs until there is an outcome or an answer of the source is still on the way; it then returns the promise
 * and can be called again when that is settled: asking twice changes nothing. Nothing here waits by itself, so a warm
 * resolution is one synchronous call.
 */
import { assert } from "@vivarium/core/assert";
import { choosePackage, reorderPackages } from "./choose-package.ts";
import { type Asked, chooseRelease } from "./choose-release.ts";
import { packageEntry } from "./package-table.ts";
import { propagate } from "./propagation.ts";
import { noteConflict, recordChoice } from "./record-choice.ts";
import type { SolverSetting } from "./solver-setting.ts";
import type { SolverState } from "./solver-state.ts";

export type Advance =
  | { readonly kind: "waiting"; readonly until: Promise<unknown> }
  /** Stopped between two decisions because `mayGoOn` said so; to be called again. */
  | { readonly kind: "paused" }
  | { readonly kind: "solved" }
  | { readonly kind: "failed"; readonly terminal: number };

/** Runs until the end, until something has to be waited for, or until it may not go on. */
export function advance(state: SolverState, setting: SolverSetting, mayGoOn: () => boolean = () => true): Advance {
  while (mayGoOn()) {
    const propagation = propagate(state, state.next);
    if (propagation.kind === "failed") return propagation;
    for (const { affected, incompatibility } of propagation.conflicts) {
      noteConflict(state, affected, state.incompatibilities[incompatibility]);
    }
    prefetchLikely(state, setting);
    reorderPackages(state);
    const picked = choosePackage(state);
    if (picked === undefined) return { kind: "solved" };
    state.next = picked;
    const choice = chooseRelease(setting, askedOf(state, picked));
    if (choice.kind === "waiting") return choice;
    recordChoice(state, picked, choice);
  }
  return { kind: "paused" };
}

/** Tells the source what will probably be chosen, so that it can fetch ahead while others are waited for. */
function prefetchLikely(state: SolverState, setting: SolverSetting): void {
  for (const package_ of state.solution.changed) {
    const { kind, name } = packageEntry(state.packages, package_);
    const term = state.solution.assignments[package_]?.term;
    if (kind === "project" && term?.positive === true) setting.source.expect(name, term.range);
  }
}

function askedOf(state: SolverState, package_: number): Asked {
  const term = state.solution.assignments[package_]?.term;
  assert(term !== undefined && term.positive, "only packages that must be selected are picked");
  const isKnown = (release: number): boolean => state.edges[package_]?.has(release) === true;
  return { package_, entry: packageEntry(state.packages, package_), term, isKnown };
}
