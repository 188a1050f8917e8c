/** Reads the result out of a solved state: one pin a project, with who required it. */
import { assert } from "@vivarium/core/assert";
import type { IndexFile } from "../index/index-file.ts";
import { packageEntry } from "./package-table.ts";
import { requirersIn } from "./requirers.ts";
import type { SolverSetting } from "./solver-setting.ts";
import type { SolverState } from "./solver-state.ts";

export interface Pin {
  readonly name: string;
  readonly version: string;
  /** The index of the release on its page. */
  readonly release: number;
  /** Extras that were asked for, sorted. */
  readonly extras: readonly string[];
  /** The file for the target. */
  readonly file: IndexFile;
  /** `sha256:…` of all files of the release. Made when asked for: spread pins only while their source is open. */
  readonly hashes: readonly string[];
  /** Names of the projects that required it, sorted; the empty name is the user. */
  readonly via: readonly string[];
  readonly index: string;
  /** Where it came from when it was asked for by URL. */
  readonly url?: string;
}

/** All projects of the solution, sorted by name. */
export function collectPins(state: SolverState, setting: SolverSetting): readonly Pin[] {
  const via = requirersIn(state);
  const extras = new Map<string, Set<string>>();
  for (const package_ of state.solution.decided) {
    const entry = packageEntry(state.packages, package_);
    if (entry.kind === "extra" && entry.extra !== undefined) setOf(extras, entry.name).add(entry.extra);
  }
  const pins = state.solution.decided.flatMap((package_) => {
    const { kind, name } = packageEntry(state.packages, package_);
    if (kind !== "project") return [];
    const release = state.solution.assignments[package_]?.decision?.release ?? 0;
    return [pinOf(setting, { name, release, extras: sorted(extras.get(name)), via: sorted(via.get(name)) })];
  });
  return pins.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function pinOf(
  setting: SolverSetting,
  found: { name: string; release: number; extras: readonly string[]; via: readonly string[] },
): Pin {
  const releases = setting.source.releases(found.name);
  assert(!(releases instanceof Promise), "a decided project has been answered before");
  const choice = releases.choiceAt(found.release);
  const { file, index, url } = choice;
  return {
    ...found,
    version: releases.textAt(found.release),
    file,
    index,
    get hashes() {
      return choice.hashes;
    },
    ...(url === undefined ? {} : { url }),
  };
}

function setOf(sets: Map<string, Set<string>>, name: string): Set<string> {
  const set = sets.get(name) ?? new Set();
  sets.set(name, set);
  return set;
}

const sorted = (names: ReadonlySet<string> | undefined): readonly string[] => [...(names ?? [])].sort();
