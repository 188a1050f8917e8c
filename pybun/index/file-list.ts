/** A {@link ProjectPage} over files that are already known one by one: directories and pages of loose links. */
import type { IndexFile, ProjectPage } from "./index-file.ts";
import { collectReleases } from "./release-table.ts";
import { normalizedText } from "./version-text.ts";

/** Files of other projects, and names that hold no version, are left out. `undefined`: nothing is left. */
export function pageOfFiles(name: string, index: string, files: readonly IndexFile[]): ProjectPage | undefined {
  const collector = collectReleases(name);
  for (const [i, { filename }] of files.entries()) {
    collector.offer({ page: filename, from: 0, to: filename.length, start: i, end: i + 1 });
  }
  const { keys, texts, fileStarts, extents } = collector.finish();
  if (keys.length === 0) return undefined;
  return {
    name,
    index,
    count: keys.length,
    keyAt: (release) => keys[release] ?? "",
    textAt: (release) => normalizedText(texts[release] ?? ""),
    filesAt(release) {
      const own = extents.subarray((fileStarts[release] ?? 0) * 2, (fileStarts[release + 1] ?? 0) * 2);
      return [...own].filter((_, i) => i % 2 === 0).flatMap((i) => files[i] ?? []);
    },
  };
}
