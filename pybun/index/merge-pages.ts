/** Several pages of one project seen as one: what find-links offers beside what the index offers. */
import type { ProjectPage } from "./index-file.ts";

/** Releases of equal version become one; files of earlier pages come first. The last page gives the index's name. */
export function mergePages(pages: readonly [ProjectPage, ...ProjectPage[]]): ProjectPage {
  const releases = new Map<string, { page: ProjectPage; release: number }[]>();
  for (const page of pages) {
    for (let release = 0; release < page.count; release++) {
      const key = page.keyAt(release);
      const known = releases.get(key);
      if (known === undefined) releases.set(key, [{ page, release }]);
      else known.push({ page, release });
    }
  }
  const keys = [...releases.keys()].sort();
  const partsAt = (i: number): { page: ProjectPage; release: number }[] => releases.get(keys[i] ?? "") ?? [];
  return {
    name: pages[0].name,
    index: pages.at(-1)?.index ?? pages[0].index,
    count: keys.length,
    keyAt: (i) => keys[i] ?? "",
    textAt: (i) => partsAt(i)[0]?.page.textAt(partsAt(i)[0]?.release ?? 0) ?? "",
    filesAt: (i) => partsAt(i).flatMap(({ page, release }) => page.filesAt(release)),
  };
}
