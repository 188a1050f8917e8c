/** All distribution files that an HTML page links to, of whatever project: the pages that --find-links names. */
import { baseOfPage, decodeLink, linkExtents } from "./html-links.ts";
import type { IndexFile } from "./index-file.ts";

/** `html`: one character a byte. */
export function linksOfPage(html: string, url: string): IndexFile[] {
  const base = baseOfPage(html, url);
  return linkExtents(html).flatMap(([start, end]) => decodeLink(html.slice(start, end), base) ?? []);
}
