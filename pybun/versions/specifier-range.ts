/**
 * What each operator of PEP 440 means, as intervals of keys.
 *
 * Around a final release V the keys (version-key.ts) and the cuts between them are, in this order:
 *
 *     │ V.dev0 … Va1 … Vrc1 … │ V  V+local … │ V.post0.dev0 … V.post0 … V.post1 … │ V.0.1 …
 *   <V│                    >=V│           <=V│                                  >V│
 *
 * so that "without the pre-releases of V", "with its local versions" and "without its post releases" are cuts, and
 * `==V` lies between two of them. Where PEP 440 is vague about the bounds, PyPA's `packaging` decides.
 */
import { assert } from "@vivarium/core/assert";
import {
  anyVersion,
  complementRange,
  intersectRanges,
  noVersion,
  rangeBetween,
  rangeOf,
  type VersionRange,
} from "./range.ts";
import type { Specifier, Specifiers } from "./specifier-syntax.ts";
import { tryParseVersion, type Version, versionKey } from "./version.ts";
import { encodeDigits, encodeRelease, KEY_END, KEY_NO_POST, KEY_RELEASE_END } from "./version-key.ts";

/** The versions that satisfy all clauses; pre-releases are in or out by the clauses alone. */
export function specifiersToRange(specifiers: Specifiers): VersionRange {
  let found = specifiers.map(specifierToRange);
  // By pairs: one after the other, each of many `!=` would copy the cuts of all before it.
  while (found.length > 2) {
    found = found.flatMap((range, i) => (i % 2 === 0 ? [intersectRanges(range, found[i + 1] ?? anyVersion)] : []));
  }
  const [first = anyVersion, second = anyVersion] = found;
  return intersectRanges(first, second);
}

/** The key of 0.dev0: no version is less, so a cut at or before it is none. */
const LEAST_KEY = versionKey("0.dev0") ?? "";
const LOCAL_START = /[&'%]/;

const ranges = new WeakMap<Specifier, VersionRange>();

/** The versions that satisfy one clause. Remembered for each clause, since a clause is asked about many versions. */
export function specifierToRange(specifier: Specifier): VersionRange {
  let range = ranges.get(specifier);
  if (range === undefined) {
    range = specifier.kind === "arbitrary" ? arbitraryRange(specifier.text) : orderedRange(specifier);
    ranges.set(specifier, range);
  }
  return range;
}

function orderedRange(specifier: Extract<Specifier, { kind: "version" }>): VersionRange {
  const { operator, version, prefix } = specifier;
  switch (operator) {
    case "==":
      return prefix ? prefixRange(version) : equalRange(version);
    case "!=":
      return complementRange(prefix ? prefixRange(version) : equalRange(version));
    case ">=":
      return rangeBetween(version.key === LEAST_KEY ? "" : version.key, KEY_END);
    case "<=":
      return rangeBetween("", afterLocals(version));
    case ">":
      return rangeBetween(afterFamily(version), KEY_END);
    case "<":
      return beforeFamily(version) <= LEAST_KEY ? noVersion : rangeBetween("", beforeFamily(version));
    case "~=":
      return intersectRanges(rangeBetween(version.key, KEY_END), compatibleRange(version));
  }
}

/** `==V` admits every local version of V; `==V+local` only itself ("Version matching"). */
function equalRange(version: Version): VersionRange {
  return version.local === undefined ? rangeBetween(version.key, afterLocals(version)) : rangeOf(version);
}

/** `==V.*`: everything whose release begins with V, padded with zeros, pre-releases of V included. */
function prefixRange(version: Version): VersionRange {
  return releasePrefixRange(version, numbersOf(version.text));
}

/** `~=V.N` is `>=V.N, ==V.*` ("Compatible release"). */
function compatibleRange(version: Version): VersionRange {
  return releasePrefixRange(version, numbersOf(version.text).slice(0, -1));
}

function releasePrefixRange(version: Version, numbers: readonly string[]): VersionRange {
  const epoch = encodeDigits(/^(\d+)!/.exec(version.text)?.[1] ?? "0");
  // Padding: the least version that begins with 1.0 is 1.dev0, the greatest begins with 1.0 as written.
  const least = epoch + encodeRelease(numbers) + KEY_RELEASE_END;
  return rangeBetween(least, epoch + numbers.map(encodeDigits).join("") + KEY_END);
}

/** The release numbers as digits, which unlike `version.release` are exact at any length. */
function numbersOf(text: string): string[] {
  const release = /^(?:\d+!)?(\d+(?:\.\d+)*)/.exec(text)?.[1];
  assert(release !== undefined, "a normalised version begins with its release");
  return release.split(".");
}

/** `===V` compares texts, which keys cannot: this holds V in each spelling, of which at most one is meant. */
function arbitraryRange(text: string): VersionRange {
  const version = tryParseVersion(text);
  // Candidates are known by their normalised text, so a text that is not normalised, or no version, matches none of them.
  return version !== undefined && version.text === text.toLowerCase() ? rangeOf(version) : noVersion;
}

/** The key without local label and without its end mark: the beginning of the keys of V and V+local. */
function publicKey(version: Version): string {
  // Everything before the first mark of the local part; no mark of the public part sorts as these do.
  const end = version.local === undefined ? version.key.length - 1 : version.key.search(LOCAL_START);
  return version.key.slice(0, end);
}

/** Behind V and its local versions. */
function afterLocals(version: Version): string {
  return publicKey(version) + KEY_END;
}

/** `>V` admits neither local versions of V nor, unless V is one itself, its post releases ("Exclusive ordered comparison"). */
function afterFamily(version: Version): string {
  const key = publicKey(version);
  if (version.dev !== undefined) return key + KEY_END;
  // The public key of a version without dev number ends with the mark that says so: cut before it.
  return key.slice(0, -KEY_NO_POST.length) + KEY_END;
}

/** `<V` does not admit pre-releases of V, unless V is one itself ("Exclusive ordered comparison"). */
function beforeFamily(version: Version): string {
  if (version.pre !== undefined || version.dev !== undefined) return version.key;
  if (version.post === undefined) return version.key.slice(0, version.key.indexOf(KEY_RELEASE_END) + 1);
  return publicKey(version).slice(0, -KEY_NO_POST.length);
}
