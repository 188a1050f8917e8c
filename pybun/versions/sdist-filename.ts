/**
 * The file names of source distributions (PEP 625): `name-version.tar.gz`. Older ones may have dashes in the name, in
 * the version (`1.0-1`), or another archive format; then the name of the project tells where the version begins.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { versionsDiagnostics } from "./diagnostics.ts";
import { normalizeName } from "./name.ts";
import { tryParseVersion, type Version } from "./version.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

/** What the file name of a source distribution says. */
export interface SdistFilename {
  /** Normalised. */
  readonly name: string;
  readonly version: Version;
  readonly extension: string;
}

/**
 * What a source distribution may end with, the usual first, in lower case. The specification knows `.tar.gz` alone
 * (PEP 625), with `.zip` before it; the others are on indexes since before PEP 527 forbade new ones, and are those that
 * pip unpacks.
 */
const sdistEndings = [
  ".tar.gz",
  ".zip",
  ".tgz",
  ".tar.bz2",
  ".tar.xz",
  ".tbz",
  ".txz",
  ".tar.lzma",
  ".tar.lz",
  ".tlz",
  ".tar",
] as const;

/** The ending of a text that ends at `end` with that of a source distribution. */
export function sdistEndingOf(text: string, end = text.length): string | undefined {
  // For every file of every page: a closure would cost more than the comparisons.
  for (const ending of sdistEndings) if (text.endsWith(ending, end)) return ending;
  return undefined;
}

/** Reads the file name of a source distribution; `name` is the project's, if known. Throws `E_SDIST_FILENAME`. */
export function parseSdistFilename(filename: string, options: { readonly name?: string } = {}): SdistFilename {
  const found = readSdistFilename(filename, options.name);
  if (typeof found === "string") throw problem("E_SDIST_FILENAME", { filename, reason: found });
  return found;
}

/** Reads such a file name, or answers undefined where {@link parseSdistFilename} throws. */
export function tryParseSdistFilename(
  filename: string,
  options: { readonly name?: string } = {},
): SdistFilename | undefined {
  const found = readSdistFilename(filename, options.name);
  return typeof found === "string" ? undefined : found;
}

/** The record, or the reason why there is none. */
function readSdistFilename(filename: string, project: string | undefined): SdistFilename | string {
  const extension = sdistEndingOf(filename);
  if (extension === undefined) return `it does not end with ${sdistEndings.join(", ")}`;
  const stem = filename.slice(0, -extension.length);
  const dash = project === undefined ? stem.lastIndexOf("-") : dashBehind(stem, normalizeName(project));
  if (dash < 0) return project === undefined ? "it has no dash before a version" : `it is not one of '${project}'`;
  if (dash === 0) return "it has no project name";
  const versionText = stem.slice(dash + 1);
  const version = tryParseVersion(versionText);
  if (version === undefined) return `'${versionText}' is not a version`;
  return { name: normalizeName(stem.slice(0, dash)), version, extension };
}

/** The dash that ends the name: the first one before which the text is the project's name in some spelling. */
function dashBehind(stem: string, project: string): number {
  let dash = stem.indexOf("-");
  while (dash >= 0 && normalizeName(stem.slice(0, dash)) !== project) dash = stem.indexOf("-", dash + 1);
  return dash;
}
