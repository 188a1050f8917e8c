/** A project page as the resolver sees it: for each release, whether the target can have it and by which file. */

import { assert } from "@vivarium/core/assert";
import type { IndexFile, ProjectPage } from "../index/index-file.ts";
import type { ReleaseChoice, Releases } from "../resolver/release-source.ts";
import type { CandidatePolicy } from "./policy.ts";
import { chooseFile, type FileChoice, foreignWheels } from "./release-choice.ts";

/** Releases with the file choice of each. */
export interface ProjectReleases extends Releases {
  /** The file for the target, or why there is none. */
  choose(release: number): FileChoice;
  metadataFileAt(release: number): IndexFile | undefined;
  /** Releases that were looked at, with what was found. */
  looked(): readonly (readonly [number, FileChoice])[];
  /** The index that has it; absent where no index page tells of the project. */
  readonly index?: string;
  /** Files without an upload time that were left out so far. */
  undated(): number;
}

/** Chooses lazily: a release that nobody asks about is never decoded. */
export function projectReleases(page: ProjectPage, policy: CandidatePolicy): ProjectReleases {
  const choices: (FileChoice | undefined)[] = [];
  const choice = (release: number): FileChoice => {
    const known = choices[release];
    if (known !== undefined) return known;
    const made = chooseFile({ name: page.name, key: page.keyAt(release), files: page.filesAt(release) }, policy);
    choices[release] = made;
    return made;
  };
  return {
    name: page.name,
    kind: "found",
    count: page.count,
    keyAt: (release) => page.keyAt(release),
    textAt: (release) => page.textAt(release),
    choose: choice,
    index: page.index,
    looked: () => choices.flatMap((made, release) => (made === undefined ? [] : [[release, made] as const])),
    statusAt: (release) => choice(release).status,
    isHiddenAt: (release) => policy.excludeNewerMs !== undefined && choice(release).status.kind === "hidden",
    choiceAt: (release) => releaseChoice(page, release, choice(release).file),
    metadataFileAt: (release) => choice(release).metadataFile,
    wheelTargetsAt(release) {
      return foreignWheels({ name: page.name, key: page.keyAt(release), files: page.filesAt(release) }, policy);
    },
    undated: () => choices.reduce((sum, made) => sum + (made?.undated ?? 0), 0),
  };
}

function releaseChoice(page: ProjectPage, release: number, file: IndexFile | undefined): ReleaseChoice {
  assert(file !== undefined, "only a usable release is chosen");
  return {
    file,
    index: page.index,
    // Most callers never ask, and a page has dozens of files a release.
    get hashes() {
      const known = page
        .filesAt(release)
        .flatMap(({ hashes: { sha256 } }) => (sha256 === undefined ? [] : [`sha256:${sha256}`]));
      return [...new Set(known)].sort();
    },
  };
}

/** A project that nothing is known of. */
export function noReleases(name: string, kind: "absent" | "offline"): ProjectReleases {
  const none = (): never => {
    throw new RangeError(`${name} has no releases`);
  };
  return {
    name,
    kind,
    count: 0,
    keyAt: none,
    textAt: none,
    statusAt: none,
    isHiddenAt: none,
    choose: none,
    looked: () => [],
    choiceAt: none,
    metadataFileAt: none,
    undated: () => 0,
  };
}
