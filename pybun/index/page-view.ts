/** A {@link ProjectPage} over its releases and a body whose records are decoded when asked for. */
import { decodeLink } from "./html-links.ts";
import type { IndexFile, ProjectPage } from "./index-file.ts";
import { decodeJsonFile } from "./json-page.ts";
import type { PageContext } from "./link-file.ts";
import type { ReleaseLookup } from "./release-table.ts";
import { normalizedText } from "./version-text.ts";

/** How the records of a body are written: as the server's anchors, or as our own JSON records. */
export type PageForm = "html" | "json";

export interface PageParts extends PageContext {
  readonly name: string;
  readonly index: string;
  readonly form: PageForm;
  readonly releases: ReleaseLookup;
  /** Body bytes from–to, one character a byte. */
  readonly slice: (from: number, to: number) => string;
}

/** Decoded releases are kept: the resolver asks for the same few again and again. */
export function viewPage(parts: PageParts): ProjectPage {
  const { name, index, releases } = parts;
  const decoded: (readonly IndexFile[] | undefined)[] = [];
  return {
    name,
    index,
    count: releases.count,
    keyAt: releases.keyAt,
    textAt: (release) => normalizedText(releases.textAt(release)),
    filesAt: (release) => (decoded[release] ??= decodeFiles(parts, release)),
  };
}

function decodeFiles(parts: PageParts, release: number): readonly IndexFile[] {
  const { form, releases, slice } = parts;
  const extents = releases.extentsOf(release);
  const decode = form === "html" ? decodeLink : decodeJsonFile;
  const files: IndexFile[] = [];
  for (let i = 0; i + 1 < extents.length; i += 2) {
    const file = decode(slice(extents[i] ?? 0, extents[i + 1] ?? 0), parts);
    if (file !== undefined) files.push(file);
  }
  return files;
}
