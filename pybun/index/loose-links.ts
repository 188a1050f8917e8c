/** All distribution files that an HTML page links to, of whatever project: the pages that --find-links names. */
import { baseOfPage, decodeLink, linkExtents } from "./html-links.ts";
import type { IndexFile } from "./index-file.ts";
import { type LinkRefusal, originOfPage } from "./link-file.ts";

export interface LoosePage {
  /** Where it was read. */
  readonly url: string;
  readonly refuse?: (refusal: LinkRefusal) => void;
}

/** `html`: one character a byte. */
export function linksOfPage(html: string, page: LoosePage): IndexFile[] {
  const context = { base: baseOfPage(html, page.url), origin: originOfPage(page.url), refuse: page.refuse };
  return linkExtents(html).flatMap(([start, end]) => decodeLink(html.slice(start, end), context) ?? []);
}
