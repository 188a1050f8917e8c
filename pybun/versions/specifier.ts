/**
 * Version specifiers of PEP 440: `>=1.2, <2, !=1.4.*`.
 *
 * Whether a version satisfies a specifier is asked of the specifier's key range (specifier-range.ts), so that the
 * solver and everybody else give the same answer by construction. The exception is `===`, which asks for a spelling: its
 * range holds all spellings of the version, and the resolver compares texts besides (pybun/resolver/spelling.ts).
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { locateFault } from "./cursor.ts";
import type { versionsDiagnostics } from "./diagnostics.ts";
import { rangeContains } from "./range.ts";
import { specifierToRange } from "./specifier-range.ts";
import { readSpecifiers, type Specifier, type Specifiers } from "./specifier-syntax.ts";
import { isPrerelease, tryParseVersion, type Version } from "./version.ts";

export type { Specifier, SpecifierOperator, Specifiers } from "./specifier-syntax.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

/** Reads comma-separated specifiers; an empty text means no restriction. Throws `E_SPECIFIER_INVALID` with a span. */
export function parseSpecifiers(text: string): Specifiers {
  const result = readSpecifiers(text);
  if (!("reason" in result)) return result;
  const { params, spans } = locateFault(text, result);
  throw problem("E_SPECIFIER_INVALID", params, { spans });
}

/** Reads specifiers, or answers undefined where {@link parseSpecifiers} throws. */
export function tryParseSpecifiers(text: string): Specifiers | undefined {
  const result = readSpecifiers(text);
  return "reason" in result ? undefined : result;
}

/** The normalised text: clauses sorted and joined by commas, as PyPA's `packaging` prints a set. */
export function formatSpecifiers(specifiers: Specifiers): string {
  return specifiers.map(formatSpecifier).sort().join(",");
}

/** The normalised text of one clause. */
export function formatSpecifier(specifier: Specifier): string {
  if (specifier.kind === "arbitrary") return specifier.operator + specifier.text;
  return specifier.operator + specifier.version.text + (specifier.prefix ? ".*" : "");
}

/**
 * Whether a version satisfies all clauses. With `prereleases` false, no pre-release does; otherwise pre-releases are
 * judged by the clauses alone, for a single version has no alternative that PEP 440 would have to prefer.
 */
export function specifiersContain(
  specifiers: Specifiers,
  version: Version,
  options: { readonly prereleases?: boolean } = {},
): boolean {
  if (options.prereleases === false && isPrerelease(version)) return false;
  return specifiers.every((specifier) => satisfies(specifier, version));
}

/** `===` compares texts ("Arbitrary equality"): 1.0 is not 1.0.0, though they are the same version and key. */
function satisfies(specifier: Specifier, version: Version): boolean {
  if (specifier.kind === "arbitrary") return specifier.text.toLowerCase() === version.text;
  return rangeContains(specifierToRange(specifier), version.key);
}

/** Whether a clause names a pre-release, and so asks for pre-releases (PEP 440 "Handling of pre-releases"). */
export function namesPrerelease(specifier: Specifier): boolean {
  if (specifier.kind === "arbitrary") {
    const version = tryParseVersion(specifier.text);
    return version !== undefined && isPrerelease(version);
  }
  return specifier.operator !== "!=" && isPrerelease(specifier.version);
}
