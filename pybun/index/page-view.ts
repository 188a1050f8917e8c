/** A {@link ProjectPage} over a release table and a body whose records are decoded when asked for. */
import { decodeLink } from "./html-links.ts";
import type { IndexFile, ProjectPage } from "./index-file.ts";
import { decodeJsonFile } from "./json-page.ts";

/** How the records of a body are written: as the server's anchors, or as our own JSON records. */
export type PageForm = "html" | "json";

export interface PageParts {
  readonly name: string;
  readonly index: string;
  readonly form: PageForm;
  /** What relative links are relative to. */
  readonly base: string;
  readonly count: number;
  readonly keyAt: (release: number) => string;
  readonly textAt: (release: number) => string;
  /** Start and end pairs of the release's records. */
  readonly extentsOf: (release: number) => Uint32Array;
  /** Body bytes from–to, one character a byte. */
  readonly slice: (from: number, to: number) => string;
}

/** Decoded releases are kept: the resolver asks for the same few again and again. */
export function viewPage(parts: PageParts): ProjectPage {
  const decoded: (readonly IndexFile[] | undefined)[] = [];
  return {
    name: parts.name,
    index: parts.index,
    count: parts.count,
    keyAt: parts.keyAt,
    textAt: parts.textAt,
    filesAt(release) {
      const known = decoded[release];
      if (known !== undefined) return known;
      const files = decodeFiles(parts, release);
      decoded[release] = files;
      return files;
    },
  };
}

function decodeFiles(parts: PageParts, release: number): readonly IndexFile[] {
  const extents = parts.extentsOf(release);
  const decode = parts.form === "html" ? decodeLink : decodeJsonFile;
  const files: IndexFile[] = [];
  for (let i = 0; i + 1 < extents.length; i += 2) {
    const file = decode(parts.slice(extents[i] ?? 0, extents[i + 1] ?? 0), parts.base);
    if (file !== undefined) files.push(file);
  }
  return files;
}
