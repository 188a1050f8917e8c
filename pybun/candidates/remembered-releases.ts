/** A project from the memo: what is remembered is told at once, the page is read when something else is asked. */
import type { ProjectPage } from "../index/index-file.ts";
import type { ProjectMemo } from "./memo.ts";
import type { CandidatePolicy } from "./policy.ts";
import { type ProjectReleases, projectReleases } from "./project-releases.ts";
import type { FileChoice } from "./release-choice.ts";

export interface RememberedProject {
  readonly name: string;
  readonly memo: ProjectMemo;
  readonly policy: CandidatePolicy;
  /** The page that the memo was made from. Throws what the index client throws. */
  readonly page: () => ProjectPage;
}

/** Numbers releases as the memo does, whatever happens to the page meanwhile: releases are matched by their keys. */
export function rememberedReleases({ name, memo, policy, page }: RememberedProject): ProjectReleases {
  const keys = memo.keys === "" ? [] : memo.keys.split("\n");
  const keyAt = (release: number): string => keys[release] ?? "";
  let read: ProjectReleases | undefined;
  const own = (): ProjectReleases => (read ??= projectReleases(matchKeys(page(), keys), policy));
  const choice = (release: number): FileChoice => memo.releases[release]?.choice ?? own().choose(release);
  return {
    name,
    kind: "found",
    count: keys.length,
    keyAt,
    textAt: (release) => memo.releases[release]?.text ?? own().textAt(release),
    choose: choice,
    statusAt: (release) => choice(release).status,
    isHiddenAt: (release) => policy.excludeNewerMs !== undefined && choice(release).status.kind === "hidden",
    choiceAt(release) {
      const file = memo.releases[release]?.choice.file;
      if (file === undefined) return own().choiceAt(release);
      return {
        file,
        index: memo.index,
        get hashes() {
          return memo.releases[release]?.hashes ?? own().choiceAt(release).hashes;
        },
      };
    },
    metadataFileAt: (release) => choice(release).metadataFile,
    wheelTargetsAt: (release) => own().wheelTargetsAt?.(release),
    undated() {
      const remembered = Object.values(memo.releases).reduce((sum, { choice: { undated } }) => sum + undated, 0);
      return remembered + (read?.undated() ?? 0);
    },
    index: memo.index,
    looked: () => [
      ...Object.entries(memo.releases).map(([release, known]) => [Number(release), known.choice] as const),
      ...(read?.looked() ?? []),
    ],
  };
}

/** The page, its releases numbered as `keys` are. A release that is gone has no files. */
function matchKeys(page: ProjectPage, keys: readonly string[]): ProjectPage {
  const places = new Map(Array.from({ length: page.count }, (_, release) => [page.keyAt(release), release]));
  const place = (release: number): number | undefined => places.get(keys[release] ?? "");
  return {
    name: page.name,
    index: page.index,
    count: keys.length,
    keyAt: (release) => keys[release] ?? "",
    textAt(release) {
      const found = place(release);
      return found === undefined ? "" : page.textAt(found);
    },
    filesAt(release) {
      const found = place(release);
      return found === undefined ? [] : page.filesAt(found);
    },
  };
}
