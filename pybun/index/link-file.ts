/** From what a link says to an {@link IndexFile}; shared by HTML pages, JSON pages and directories. */
import { sdistEndingOf } from "../versions/sdist-filename.ts";
import { filenameOf } from "../versions/url-filename.ts";
import type { IndexFile } from "./index-file.ts";

/**
 * Where the page with the link was read: on the web, or on this machine. Of the page itself, never of its `<base>`, which
 * its author chooses.
 */
export type PageOrigin = "web" | "local";

export const originOfPage = (url: string): PageOrigin => (url.startsWith("file:") ? "local" : "web");

export interface LinkRefusal {
  /** As written, or absolute where it could be resolved. May hold credentials. */
  readonly link: string;
  readonly fault: LinkFault;
}

/** What a page's links share. */
export interface PageContext {
  /** The URL that relative links are relative to. */
  readonly base: string;
  readonly origin: PageOrigin;
  readonly refuse?: ((refusal: LinkRefusal) => void) | undefined;
}

/** Why a link to a distribution file is left out. */
export type LinkFault = "elsewhere" | "invalid" | "name";

/** What a link says about its file, entities resolved. */
export interface Link {
  readonly href: string;
  readonly origin: PageOrigin;
  /** Where it is told apart from the address (PEP 691); else the address ends with it. */
  readonly filename?: string | undefined;
  /** The URL that `href` is relative to. */
  readonly base: string;
  readonly requiresPython?: string | undefined;
  readonly yanked?: string | undefined;
  readonly uploadTime?: string | undefined;
  /** `true`, `sha256=…`, or anything else for "not there" (PEP 714). */
  readonly metadata?: string | undefined;
  readonly size?: number | undefined;
  readonly hashes?: Readonly<Record<string, string>> | undefined;
}

/** Wheel, source distribution, or something that we do not install (eggs, installers, signatures). */
export function kindOfFilename(filename: string): IndexFile["kind"] | undefined {
  if (filename.endsWith(".whl")) return "wheel";
  return sdistEndingOf(filename) === undefined ? undefined : "sdist";
}

/**
 * `undefined` for a link that is no distribution file, and for one that is refused, which `refuse` hears of. This is the
 * one place where the address of a listed file is final, whatever page, base or record it was put together from: a page
 * that came over the network must not make us read local files. That of its metadata is made from it, and redirects
 * never leave the web.
 */
export function fileOfLink(link: Link, refuse?: (refusal: LinkRefusal) => void): IndexFile | undefined {
  const url = isPlainWebUrl(link.href) ? link.href : URL.parse(link.href, link.base)?.href;
  const fault = url === undefined ? "invalid" : mayLeadTo(link.origin, url) ? undefined : "elsewhere";
  if (url === undefined || fault !== undefined) {
    if (fault !== undefined && namesDistribution(link)) refuse?.({ link: url ?? link.href, fault });
    return undefined;
  }
  const cut = url.indexOf("#");
  const address = cut === -1 ? url : url.slice(0, cut);
  const filename = link.filename ?? filenameOf(address);
  const kind = filename === undefined ? undefined : kindOfFilename(filename);
  if (filename === undefined || kind === undefined) return undefined;
  // Filled in step by step: this runs for every file of every release that is looked at, and spreads cost.
  const file: Mutable<IndexFile> = {
    filename,
    url: address,
    hashes: link.hashes ?? (cut === -1 ? {} : hashesOfFragment(url.slice(cut + 1))),
    // One line: the reason stands in messages, where a second one could pass for ours.
    yanked: link.yanked?.replaceAll(/\s+/g, " ") ?? false,
    metadata: kind === "wheel" && link.metadata !== undefined ? metadataOf(link.metadata) : false,
    kind,
  };
  if (link.size !== undefined) file.size = link.size;
  if (link.requiresPython !== undefined && link.requiresPython !== "") file.requiresPython = link.requiresPython;
  if (link.uploadTime !== undefined) {
    const uploadTimeMs = Date.parse(link.uploadTime);
    if (!Number.isNaN(uploadTimeMs)) file.uploadTimeMs = uploadTimeMs;
  }
  return file;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Absolute already, and written as a URL parser would write it: the usual case, which needs no parser. A host of any
 * other kind (a port, an address, another script) is left to the parser, which alone knows whether it can be one.
 */
function isPlainWebUrl(href: string): boolean {
  return plainOrigin.test(href) && !/[^\x21-\x5b\x5d-\x7e]|\/\.|xn--/.test(href);
}

const plainOrigin = /^https?:\/\/(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*\//;

function mayLeadTo(origin: PageOrigin, url: string): boolean {
  return url.startsWith("https:") || url.startsWith("http:") || (url.startsWith("file:") && origin === "local");
}

/** A page may link to anything; only what would be a file to install is worth a word. */
function namesDistribution({ href, filename = filenameOf(href) }: Link): boolean {
  return filename !== undefined && kindOfFilename(filename) !== undefined;
}

const knownAlgorithms = /^(?:sha256|sha384|sha512|sha1|sha224|md5|blake2b)$/;

function hashesOfFragment(fragment: string): Record<string, string> {
  if (fragment.length === 71 && fragment.startsWith("sha256=")) return { sha256: fragment.slice(7).toLowerCase() };
  const hashes: Record<string, string> = {};
  for (const part of fragment.split("&")) {
    const equals = part.indexOf("=");
    const algorithm = part.slice(0, equals);
    if (equals > 0 && knownAlgorithms.test(algorithm)) hashes[algorithm] = part.slice(equals + 1).toLowerCase();
  }
  return hashes;
}

function metadataOf(value: string): IndexFile["metadata"] {
  if (value === "false") return false;
  const sha256 = /^sha256=([0-9a-fA-F]{64})$/.exec(value)?.[1];
  if (sha256 !== undefined) return { sha256: sha256.toLowerCase() };
  return value === "true" || value === "" || value.includes("=");
}
