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
import { filenameOf } from "../versions/url-filename.ts";
import { readAttributes } from "./html-attributes.ts";
import { decodeEntities } from "./html-entities.ts";
import type { IndexFile } from "./index-file.ts";
import { fileOfLink, type PageContext } from "./link-file.ts";
import type { ReleaseCollector } from "./release-table.ts";

/** Offers the collector each link of the page that has an `href`. Comments are skipped. */
export function collectLinks(page: string, collector: ReleaseCollector): void {
  const anchors = new AnchorScan(page);
  let start = anchors.next(0);
  // Remembered across links: a page without any must not be searched to its end each time.
  const hashes = nextOf(page, "#");
  const escapes = nextOf(page, "%");
  const queries = nextOf(page, "?");
  const references = nextOf(page, "&");
  while (start !== -1) {
    const next = anchors.next(start + 2);
    if (page.startsWith('href="', start + 3)) {
      const end = page.indexOf('"', start + 9);
      if (end === -1) return;
      const stop = Math.min(hashes(start), end);
      const slash = page.lastIndexOf("/", stop);
      const from = slash < start + 9 ? start + 9 : slash + 1;
      const to = next === -1 ? page.length : next;
      // The `#` of a character reference ends no address.
      if (queries(start) < stop || escapes(from) < stop || references(start + 9) < stop)
        offerSlowly({ page, start, end: to }, collector);
      else collector.offer({ page, from, to: stop, start, end: to });
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

/** Where a character comes next, at or after a place; places only ever grow. */
function nextOf(page: string, character: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) found = indexOrEnd(page, character, from);
    return found;
  };
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
  const { href } = readAttributes(extent.page.slice(extent.start, extent.end));
  if (href === undefined) return;
  const name = filenameOf(decodeEntities(href).split("#", 1)[0] ?? "");
  if (name === undefined) return;
  collector.offer({ page: name, from: 0, to: name.length, start: extent.start, end: extent.end });
}

/**
 * The `<base href>` of a page, if it has one; HTML lets it stand in the head only. It may be anything: what a link comes
 * to with it is judged by `fileOfLink`.
 */
export function baseOfPage(page: string, pageUrl: string): string {
  const firstAnchor = page.search(/<a\s/i);
  const head = firstAnchor === -1 ? page : page.slice(0, firstAnchor);
  const href = /<base\s[^>]*href\s*=\s*["']?([^"'\s>]+)/i.exec(head)?.[1];
  return href === undefined ? pageUrl : (URL.parse(decodeEntities(href), pageUrl)?.href ?? pageUrl);
}

/** Decodes the link whose text begins `slice`. `undefined`: it names no file that can be fetched. */
export function decodeLink(slice: string, { base, origin, refuse }: PageContext): IndexFile | undefined {
  const text = /[\x80-\xff]/.test(slice) ? Buffer.from(slice, "latin1").toString("utf8") : slice;
  const attributes = readAttributes(text);
  const link = {
    href: decoded(attributes.href) ?? "",
    base,
    origin,
    requiresPython: decoded(attributes.requiresPython),
    yanked: decoded(attributes.yanked),
    uploadTime: attributes.uploadTime,
    metadata: attributes.coreMetadata ?? attributes.distInfoMetadata,
  };
  return fileOfLink(link, refuse);
}

let lastEscaped = "";
let lastDecoded = "";

/** Neighbours mostly say the same, `&gt;=3.9` above all: the last answer is kept. */
function decoded(value: string | undefined): string | undefined {
  if (value === undefined || !value.includes("&")) return value;
  if (value !== lastEscaped) {
    lastEscaped = value;
    lastDecoded = decodeEntities(value);
  }
  return lastDecoded;
}
