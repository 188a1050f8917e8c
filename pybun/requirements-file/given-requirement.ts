/**
 * One requirement as its user writes it, on the command line or in a file: what PEP 508 says, and what pip and uv take
 * besides it:
 *
 *   place [extras] ; marker          a wheel by path or URL, whose file name says what it is
 *   name [extras] @ place ; marker   with a path, or a `file:` URL without a leading slash
 *
 * Relative places start where the caller says. Behind a URL the sign of a marker needs a blank before or after it,
 * since a URL may hold one; behind a path it needs none.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { versionsDiagnostics } from "../versions/diagnostics.ts";
import { isValidName, normalizeName } from "../versions/name.ts";
import { parseAroundLocation, parseRequirement, type Requirement } from "../versions/requirement.ts";
import { sdistEndingOf, tryParseSdistFilename } from "../versions/sdist-filename.ts";
import { faultOfUrl, filenameOf } from "../versions/url-filename.ts";
import { parseWheelFilename, tryParseWheelFilename } from "../versions/wheel-filename.ts";
import type { requirementsFileDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof requirementsFileDiagnostics>();
const versionsProblem = problemsOf<typeof versionsDiagnostics>();

/** Makes an absolute `file:` URL of a path as it is written. */
export type UrlOfPath = (path: string) => string;

/** Throws `E_REQUIREMENT_INVALID` with a span, `E_WHEEL_FILENAME`, `E_REQUIREMENT_SOURCE`, `E_REQUIREMENT_PROJECT`. */
export function parseGivenRequirement(text: string, urlOfPath: UrlOfPath): Requirement {
  const location = locationIn(text);
  if (location !== undefined) return requirementAt(location, urlOfPath);
  refuseAttachedMarker(text);
  return fromPlace(parseRequirement(text), urlOfPath);
}

/** As a path it would be another text, whose login nobody could tell from a name. */
const faultOfPath = (place: string): string | undefined =>
  /^[/\\]{2}/.test(place) && redactAddress(place) !== place
    ? "a URL begins with its scheme, such as 'https:'"
    : undefined;

/** With an absolute URL, where it has one. */
export function fromPlace(requirement: Requirement, urlOfPath: UrlOfPath): Requirement {
  const { url } = requirement;
  const reason = url === undefined ? undefined : faultOfPath(url);
  if (reason !== undefined) throw invalid(`${requirement.name} @ ${url}`, { reason, column: 1 });
  return url === undefined ? requirement : { ...requirement, url: absoluteUrl(url, urlOfPath) };
}

interface Location {
  /** The whole text. */
  readonly text: string;
  /** The path or URL alone. */
  readonly place: string;
  readonly isUrl: boolean;
  readonly extrasAt: number | undefined;
  readonly markerAt: number | undefined;
}

/** Undefined for a text that begins with the name of a project. */
function locationIn(text: string): Location | undefined {
  const isUrl = /^(?:[a-z][a-z0-9+.-]*:\/\/|file:)/i.test(text);
  // One blank stands for all before the sign: a long run of them is looked at once.
  const sign = (isUrl ? /\s;|;\s/ : /;/).exec(text);
  const markerAt = sign === null ? undefined : text.indexOf(";", sign.index);
  const body = text.slice(0, markerAt).trimEnd();
  const open = body.endsWith("]") ? body.lastIndexOf("[") : -1;
  const before = body.slice(0, Math.max(open, 0)).trimEnd();
  // Brackets may be the address of a host.
  const hasExtras = before !== "" && !/[/@:]$/.test(before);
  const place = hasExtras ? before : body;
  if (!isUrl && !isPath(place)) return undefined;
  return { text, place, isUrl, extrasAt: hasExtras ? open : undefined, markerAt };
}

const isPath = (text: string): boolean =>
  /^\.{0,2}[\\/]/.test(text) ||
  text === "." ||
  text === ".." ||
  text.startsWith("~/") ||
  /^[A-Za-z]:[\\/]/.test(text) ||
  (/^[^\s@;[]+$/.test(text) && isArchive(text));

const isArchive = (text: string): boolean => /\.whl$/i.test(text) || sdistEndingOf(text) !== undefined;

function requirementAt(location: Location, urlOfPath: UrlOfPath): Requirement {
  const { text, place, isUrl, markerAt } = location;
  const url = isUrl ? absoluteUrl(place, urlOfPath) : urlOfPath(place);
  const reason = isUrl ? faultOfUrl(url) : faultOfPath(place);
  if (reason !== undefined) throw invalid(text, { reason, column: 1 });
  if (markerAt === undefined) refuseAttachedMarker(text);
  const filename = filenameOf(URL.parse(url)?.pathname ?? "") ?? "";
  const wheel = tryParseWheelFilename(filename);
  // What the marker rules out need not be a wheel; how it would be called is of no weight then.
  const name = wheel?.name ?? (markerAt === undefined ? undefined : nameOfSource(url));
  if (name !== undefined) return { name, specifiers: [], url, ...parseAroundLocation(text, location) };
  refuseMisnamedWheel(location, filename);
  const fragment = isUrl ? -1 : place.indexOf("#");
  if (fragment >= 0 && isArchive(place.slice(0, fragment)))
    throw invalid(text, { reason: "a path has no '#': write a URL (file:…)", column: fragment + 1 });
  if (/\.[a-z]/i.test(place.split("/").at(-1) ?? "") || isUrl) throw problem("E_REQUIREMENT_SOURCE", { text });
  throw problem("E_REQUIREMENT_PROJECT", { text });
}

/** What ends like a wheel was meant as one: why it is none says its name, or the bracket behind it. */
function refuseMisnamedWheel({ text, place, isUrl }: Location, filename: string): void {
  if (/\.whl$/i.test(filename)) parseWheelFilename(filename);
  const open = isUrl ? -1 : place.search(/(?<=\.whl\s*)\[[^\]]*$/i);
  if (open >= 0) throw invalid(text, { reason: "the '[' before the extras is not closed", column: open + 1 });
}

/** A marker is easily written without the blank that ends a URL, and would be read as part of it. */
function refuseAttachedMarker(text: string): void {
  const at = text.indexOf(";");
  const before = text.slice(0, Math.max(at, 0));
  if (!/@|:\/\//.test(before) || !isArchive(before.replace(/#.*/s, ""))) return;
  throw invalid(text, { reason: "a blank must stand between the URL and ';'", column: at + 1 });
}

function invalid(text: string, { reason, column }: { reason: string; column: number }) {
  const span = { line: 1, column, end_line: 1, end_column: text.length + 1 };
  return versionsProblem("E_REQUIREMENT_INVALID", { text, reason, column }, { spans: [span] });
}

/** Of a source archive its file name, of a repository `egg=` or the last part of the path; undefined for a directory. */
function nameOfSource(url: string): string | undefined {
  const { pathname = "", hash = "" } = URL.parse(url) ?? {};
  const filename = filenameOf(pathname) ?? "";
  const egg = /[#&]egg=([^&]+)/.exec(hash)?.[1];
  const repository = /^[a-z]+\+/.test(url) ? filename.replace(/(?:\.git)?(?:@.*)?$/, "") : undefined;
  const name = egg ?? tryParseSdistFilename(filename)?.name ?? repository;
  return name !== undefined && isValidName(name) ? normalizeName(name) : undefined;
}

/** RFC 8089 has no relative `file:` URLs; pip and uv read them so. A drive letter is no scheme. */
function absoluteUrl(url: string, urlOfPath: UrlOfPath): string {
  if (/^file:(?!\/)/i.test(url)) {
    const [, path = "", rest = ""] = /^file:([^?#]*)(.*)$/is.exec(url) ?? [];
    return `${urlOfPath(unescaped(path))}${rest}`;
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(url)) return url;
  const fragment = url.indexOf("#");
  return fragment >= 0 && isArchive(url.slice(0, fragment))
    ? `${urlOfPath(url.slice(0, fragment))}${url.slice(fragment)}`
    : urlOfPath(url);
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}
