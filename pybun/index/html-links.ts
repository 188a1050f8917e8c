/**
 * PEP 503 project pages: finds the links of a page fast, and decodes one link when somebody asks for it.
 *
 * In: the page as a string in which one character is one byte (pages reach several megabytes, and nearly all of the
 * time of a cold resolution that is not network goes by here). Out: for each link the extent of its text and the version
 * that its file name claims. Attributes, entities and URLs are left alone until `decodeLink`: of the thousands of
 * files of a page a resolution looks at a handful.
 *
 * The scan hops with `indexOf` (which the engine does 16 bytes at a time) over the form that all big indexes produce,
 * `<a href="…">`; anything else goes the slow way of one regular expression a tag.
 */
import { decodeEntities } from "./html-entities.ts";
import type { IndexFile } from "./index-file.ts";
import { fileOfLink } from "./link-file.ts";
import type { ReleaseCollector } from "./release-table.ts";

const tagAttributes = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
const openingTag = /<a\s(?:[^>"']|"[^"]*"|'[^']*')*>/iy;

/** Offers the collector each link of the page that has an `href`. Comments are skipped. */
export function collectLinks(page: string, collector: ReleaseCollector): void {
  const anchors = new AnchorScan(page);
  let start = anchors.next(0);
  // A quote or `#` is looked for once and remembered: a page without any must not be searched to its end each time.
  let hash = -1;
  while (start !== -1) {
    const next = anchors.next(start + 2);
    if (page.startsWith('href="', start + 3)) {
      const end = page.indexOf('"', start + 9);
      if (end === -1) return;
      if (hash < start) hash = indexOrEnd(page, "#", start);
      const stop = hash < end ? hash : end;
      const slash = page.lastIndexOf("/", stop);
      const from = slash < start + 9 ? start + 9 : slash + 1;
      collector.offer({ page, from, to: stop, start, end: next === -1 ? page.length : next });
    } else offerSlowly({ page, start, end: next === -1 ? page.length : next }, collector);
    start = next;
  }
}

/** Start and end of every anchor's text, for pages that are no project's. */
export function linkExtents(page: string): [number, number][] {
  const anchors = new AnchorScan(page);
  const extents: [number, number][] = [];
  for (let start = anchors.next(0); start !== -1; ) {
    const next = anchors.next(start + 2);
    extents.push([start, next === -1 ? page.length : next]);
    start = next;
  }
  return extents;
}

function indexOrEnd(page: string, needle: string, from: number): number {
  const found = page.indexOf(needle, from);
  return found === -1 ? page.length : found;
}

/** Steps through the anchors of a page. A class only in form: it is the scan's cursor over comments. */
class AnchorScan {
  readonly #page: string;
  readonly #upperCase: boolean;
  #comment: number;

  constructor(page: string) {
    this.#page = page;
    this.#upperCase = page.includes("<A");
    this.#comment = indexOrEnd(page, "<!--", 0);
  }

  /** The offset of the next `<a` outside comments at or after `from`, or -1. */
  next(from: number): number {
    let at = this.#find(from);
    while (at > this.#comment) {
      const close = this.#page.indexOf("-->", this.#comment + 4);
      if (close === -1) return -1;
      this.#comment = indexOrEnd(this.#page, "<!--", close);
      if (at < close) at = this.#find(close);
    }
    return at;
  }

  #find(from: number): number {
    for (let at = from; ; at += 2) {
      const lower = this.#page.indexOf("<a", at);
      const upper = this.#upperCase ? this.#page.indexOf("<A", at) : -1;
      at = upper !== -1 && (lower === -1 || upper < lower) ? upper : lower;
      if (at === -1 || this.#page.charCodeAt(at + 2) <= 32) return at;
    }
  }
}

function offerSlowly(extent: { page: string; start: number; end: number }, collector: ReleaseCollector): void {
  const href = attributesAt(extent.page, extent.start).get("href");
  if (href === undefined) return;
  const path = decodeEntities(href).split("#", 1)[0] ?? "";
  const name = path.slice(path.lastIndexOf("/") + 1);
  collector.offer({ page: name, from: 0, to: name.length, start: extent.start, end: extent.end });
}

/** The attributes of the tag that opens at `start`: names lower-case, values still escaped. The first one wins. */
function attributesAt(page: string, start: number): Map<string, string> {
  const attributes = new Map<string, string>();
  openingTag.lastIndex = start;
  const tag = openingTag.exec(page)?.[0];
  if (tag === undefined) return attributes;
  for (const match of tag.slice(2, -1).matchAll(tagAttributes)) {
    const name = match[1]?.toLowerCase() ?? "";
    if (!attributes.has(name)) attributes.set(name, match[2] ?? match[3] ?? match[4] ?? "");
  }
  return attributes;
}

/** The `<base href>` of a page, if it has one; HTML lets it stand in the head only. */
export function baseOfPage(page: string, pageUrl: string): string {
  const firstAnchor = page.search(/<a\s/i);
  const head = firstAnchor === -1 ? page : page.slice(0, firstAnchor);
  const href = /<base\s[^>]*href\s*=\s*["']?([^"'\s>]+)/i.exec(head)?.[1];
  return href === undefined ? pageUrl : (URL.parse(decodeEntities(href), pageUrl)?.href ?? pageUrl);
}

/** Decodes the link whose text begins `slice`. `undefined`: it names no file that can be fetched. */
export function decodeLink(slice: string, base: string): IndexFile | undefined {
  const text = isAscii(slice) ? slice : Buffer.from(slice, "latin1").toString("utf8");
  const attributes = attributesAt(text, 0);
  const value = (name: string): string | undefined => {
    const escaped = attributes.get(name);
    return escaped === undefined ? undefined : decodeEntities(escaped);
  };
  return fileOfLink({
    href: value("href") ?? "",
    base,
    requiresPython: value("data-requires-python"),
    yanked: value("data-yanked"),
    uploadTime: value("data-upload-time"),
    metadata: value("data-core-metadata") ?? value("data-dist-info-metadata"),
  });
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is meant.
  return /^[\x00-\x7f]*$/.test(text);
}
