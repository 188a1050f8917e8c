/** From what a link says to an {@link IndexFile}; shared by HTML pages, JSON pages and directories. */
import type { IndexFile } from "./index-file.ts";

/** What a link says about its file, entities resolved. */
export interface Link {
  readonly href: string;
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

const sdistEnding = /\.(?:tar\.(?:gz|bz2|xz|lzma|Z)|tgz|tbz|zip|tar)$/i;

/** Wheel, source distribution, or something that we do not install (eggs, installers, signatures). */
export function kindOfFilename(filename: string): IndexFile["kind"] | undefined {
  if (filename.endsWith(".whl")) return "wheel";
  return sdistEnding.test(filename) ? "sdist" : undefined;
}

/**
 * `undefined` for a link that is no distribution file, and for one that leaves the web: a page that came over the
 * network must not make us read local files.
 */
export function fileOfLink(link: Link): IndexFile | undefined {
  const url = /^https?:\/\/[^\s\\]+$/.test(link.href) ? link.href : URL.parse(link.href, link.base)?.href;
  if (url === undefined || !mayLeadTo(link.base, url)) return undefined;
  const cut = url.indexOf("#");
  const address = cut === -1 ? url : url.slice(0, cut);
  const filename = filenameOf(address);
  const kind = filename === undefined ? undefined : kindOfFilename(filename);
  if (filename === undefined || kind === undefined) return undefined;
  const uploadTimeMs = link.uploadTime === undefined ? Number.NaN : Date.parse(link.uploadTime);
  return {
    filename,
    url: address,
    hashes: link.hashes ?? (cut === -1 ? {} : hashesOfFragment(url.slice(cut + 1))),
    ...(link.size === undefined ? {} : { size: link.size }),
    ...(link.requiresPython === undefined || link.requiresPython === "" ? {} : { requiresPython: link.requiresPython }),
    yanked: link.yanked ?? false,
    ...(Number.isNaN(uploadTimeMs) ? {} : { uploadTimeMs }),
    metadata: kind === "wheel" ? metadataOf(link.metadata) : false,
    kind,
  };
}

function mayLeadTo(base: string, url: string): boolean {
  return /^https?:/.test(url) || (url.startsWith("file:") && base.startsWith("file:"));
}

/** The last segment of a URL's path, escapes resolved; `undefined` if they are malformed or hide a slash. */
export function filenameOf(address: string): string | undefined {
  const query = address.indexOf("?");
  const path = query === -1 ? address : address.slice(0, query);
  const segment = path.slice(path.lastIndexOf("/") + 1);
  if (!segment.includes("%")) return segment;
  try {
    const name = decodeURIComponent(segment);
    return /[/\\\0]/.test(name) ? undefined : name;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

const knownAlgorithms = /^(?:sha256|sha384|sha512|sha1|sha224|md5|blake2b|blake2s)$/;

function hashesOfFragment(fragment: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const part of fragment.split("&")) {
    const equals = part.indexOf("=");
    const algorithm = part.slice(0, equals);
    if (equals > 0 && knownAlgorithms.test(algorithm)) hashes[algorithm] = part.slice(equals + 1).toLowerCase();
  }
  return hashes;
}

function metadataOf(value: string | undefined): IndexFile["metadata"] {
  if (value === undefined || value === "false") return false;
  const sha256 = /^sha256=([0-9a-fA-F]{64})$/.exec(value)?.[1];
  if (sha256 !== undefined) return { sha256: sha256.toLowerCase() };
  return value === "true" || value === "" || value.includes("=");
}
