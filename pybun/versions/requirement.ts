/**
 * Requirements (PEP 508 "Dependency specification"): one line of text in, a record out.
 *
 *   name [extras] ( @ url | (specifiers) | specifiers ) ; marker
 *
 * The parser is written by hand so that every fault names its column and what would have been right. It accepts what
 * PyPA's `packaging` accepts, but for
 *   - comparisons that have no meaning, which `packaging` reads and then cannot evaluate, or calls false: of two
 *     literals, of two variables, `~=` of what is no version, `===` of texts or with nothing;
 *   - URLs of files that can be none, with an impossible host or malformed escapes;
 *   - names that end in a separator or are longer than any file's, `===` without a version, and a thousand extras.
 * A backslash in a quoted text of a marker stands for itself (PEP 508); `packaging` reads Python's escapes.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import {
  type Cursor,
  describeNext,
  FaultSignal,
  faultAt,
  locateFault,
  skipBlanks,
  take,
  takeCharacter,
} from "./cursor.ts";
import type { versionsDiagnostics } from "./diagnostics.ts";
import { formatMarker, type Marker } from "./marker.ts";
import { meaningless, readMarker } from "./marker-syntax.ts";
import { normalizeName } from "./name.ts";
import { formatSpecifiers, type Specifier, type Specifiers } from "./specifier.ts";
import { readSpecifier } from "./specifier-syntax.ts";
import { faultOfUrl } from "./url-filename.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

/** What a distribution needs. A requirement with a URL has no specifiers. */
export interface Requirement {
  /** Normalised (PEP 503). */
  readonly name: string;
  /** Normalised (PEP 685), sorted, without duplicates. */
  readonly extras: readonly string[];
  readonly specifiers: Specifiers;
  readonly url?: string;
  readonly marker?: Marker;
}

const NAME = /[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/y;
/** The longest name of a file on any system in use: a longer project could not have one. */
const nameLengthMax = 255;
/** Each extra is a package to the resolver. The projects with the most, stubs of a cloud's API, have some four hundred. */
const extrasMax = 1000;
const URL_TEXT = /[^ \t]+/y;

/** Reads a requirement. Throws `E_REQUIREMENT_INVALID` with a span. */
export const parseRequirement = (text: string): Requirement => parse({ text, at: 0 });

/**
 * Reads what somebody published, and whoever installs it cannot mend: comparisons without meaning are left out, as uv
 * leaves them out, and the rest of the marker decides. Throws like {@link parseRequirement}.
 */
export const parsePublishedRequirement = (text: string): Requirement => parse({ text, at: 0, isPublished: true });

/** Where the extras and the marker of a requirement begin that names neither project nor URL in the usual form. */
export interface AroundLocation {
  /** At `[`. */
  readonly extrasAt: number | undefined;
  /** At `;`. */
  readonly markerAt: number | undefined;
}

/**
 * What stands around a path or URL: `./name-1.0-py3-none-any.whl [extras] ; marker`. Throws like
 * {@link parseRequirement}.
 */
export function parseAroundLocation(
  text: string,
  { extrasAt, markerAt }: AroundLocation,
): Pick<Requirement, "extras" | "marker"> {
  return locating(text, () => {
    const cursor: Cursor = { text: text.slice(0, markerAt), at: extrasAt ?? text.length };
    const extras = readExtras(cursor);
    skipBlanks(cursor);
    if (cursor.at < cursor.text.length) throw faultAt(`expected the end, found ${describeNext(cursor)}`, cursor.at);
    const before = { url: text, specifiers: [] };
    const marker = markerAt === undefined ? undefined : readRequirementMarker({ text, at: markerAt }, before);
    return { extras, ...(marker === undefined ? {} : { marker }) };
  });
}

const parse = (cursor: Cursor): Requirement => locating(cursor.text, () => readRequirement(cursor));

function locating<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FaultSignal)) throw error;
    const { params, spans } = locateFault(text, error.fault);
    throw problem("E_REQUIREMENT_INVALID", params, { spans });
  }
}

/** The normalised text of a requirement, its clauses sorted: equal ones have equal texts. Parsing it gives that text again. */
export function formatRequirement(requirement: Requirement): string {
  const { name, extras, specifiers, url, marker } = requirement;
  let text = extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
  // A URL ends at white space only, so a marker must keep its distance.
  text += url === undefined ? formatSpecifiers(specifiers) : ` @ ${url}`;
  if (marker === undefined) return text;
  return `${text}${url === undefined ? "" : " "}; ${formatMarker(marker)}`;
}

function readRequirement(cursor: Cursor): Requirement {
  skipBlanks(cursor);
  const name = readName(cursor, "a package name");
  skipBlanks(cursor);
  const extras = readExtras(cursor);
  skipBlanks(cursor);
  const url = readUrl(cursor);
  const specifiers = url === undefined ? readVersions(cursor) : [];
  const marker = readRequirementMarker(cursor, { url, specifiers });
  return {
    name,
    extras,
    specifiers,
    ...(url === undefined ? {} : { url }),
    ...(marker === undefined ? {} : { marker }),
  };
}

function readName(cursor: Cursor, what: string): string {
  const start = cursor.at;
  const name = take(cursor, NAME);
  if (name === undefined) throw faultAt(`expected ${what}, found ${describeNext(cursor)}`, start);
  const next = cursor.text[cursor.at];
  if (next !== undefined && "._-".includes(next)) {
    throw faultAt("a name must end with a letter or digit", cursor.at);
  }
  if (name.length > nameLengthMax) {
    throw faultAt(`a name has at most ${nameLengthMax} characters`, start, cursor.at);
  }
  return normalizeName(name);
}

function readExtras(cursor: Cursor): string[] {
  const open = cursor.at;
  if (!takeCharacter(cursor, "[")) return [];
  const extras = new Set<string>();
  skipBlanks(cursor);
  while (!takeCharacter(cursor, "]")) {
    extras.add(readName(cursor, "the name of an extra or ']'"));
    if (extras.size > extrasMax) throw faultAt(`a requirement has at most ${extrasMax} extras`, open, cursor.at);
    skipBlanks(cursor);
    if (takeCharacter(cursor, ",")) {
      skipBlanks(cursor);
      if (cursor.text[cursor.at] === "]") throw faultAt("expected the name of an extra after ','", cursor.at);
    } else if (cursor.text[cursor.at] !== "]") {
      throw faultAt(`expected ',' or ']' for the '[' at column ${open + 1}, found ${describeNext(cursor)}`, cursor.at);
    }
  }
  return [...extras].sort();
}

function readUrl(cursor: Cursor): string | undefined {
  if (!takeCharacter(cursor, "@")) return undefined;
  skipBlanks(cursor);
  const start = cursor.at;
  const url = take(cursor, URL_TEXT);
  if (url === undefined) throw faultAt("expected a URL after '@'", start);
  const fault = faultOfUrl(url);
  if (fault !== undefined) throw faultAt(fault, start, cursor.at);
  return url;
}

function readVersions(cursor: Cursor): Specifiers {
  const open = cursor.at;
  const parenthesised = takeCharacter(cursor, "(");
  skipBlanks(cursor);
  const specifiers: Specifier[] = [];
  while (startsSpecifier(cursor)) {
    specifiers.push(readSpecifier(cursor));
    skipBlanks(cursor);
    if (!takeCharacter(cursor, ",")) break;
    skipBlanks(cursor);
  }
  if (parenthesised && !takeCharacter(cursor, ")")) {
    throw faultAt(`expected ')' for the '(' at column ${open + 1}, found ${describeNext(cursor)}`, cursor.at);
  }
  skipBlanks(cursor);
  return specifiers;
}

function startsSpecifier(cursor: Cursor): boolean {
  const next = cursor.text[cursor.at];
  return next !== undefined && "=<>!~".includes(next);
}

/** `before`: what was read already, and so what might have gone on. */
function readRequirementMarker(
  cursor: Cursor,
  before: { readonly url: string | undefined; readonly specifiers: Specifiers },
): Marker | undefined {
  skipBlanks(cursor);
  if (cursor.at >= cursor.text.length) return undefined;
  if (!takeCharacter(cursor, ";")) {
    const found = describeNext(cursor);
    const expected =
      before.url !== undefined ? "';'" : before.specifiers.length > 0 ? "',', ';'" : "a specifier, '@', ';'";
    throw faultAt(`expected ${expected} or the end, found ${found}`, cursor.at);
  }
  const marker = readMarker(cursor);
  if (cursor.at < cursor.text.length) {
    throw faultAt(`expected 'and', 'or' or the end, found ${describeNext(cursor)}`, cursor.at);
  }
  return marker === meaningless ? undefined : marker;
}
