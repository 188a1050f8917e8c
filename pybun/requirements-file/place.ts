/**
 * Where files of requirements are: an absolute path, an http(s) URL, or `-` for the standard input. What a file names is
 * relative to that file, as in pip: beside a path a path, beside a URL a URL.
 */
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress, redactPlace } from "@vivarium/core/redact";
import type { requirementsFileDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof requirementsFileDiagnostics>();

export interface FilePlace {
  readonly place: string;
  /**
   * What messages and `# via` call it: as it was written, and from the working directory where it is below that, so that
   * it is the same on every machine. Without secrets.
   */
  readonly shown: string;
}

export const isRemotePlace = (place: string): boolean => /^https?:\/\//i.test(place);

const scheme = /^[a-z][a-z0-9+.-]+:/i;

/** @throws E_REQUIREMENTS_FILE_MISSING for a URL that no file is read from */
export function placeOf(written: string, { outer, cwd }: { outer: FilePlace | undefined; cwd: string }): FilePlace {
  if (outer !== undefined && isRemotePlace(outer.place)) return besideUrl(written, outer.place);
  if (written === "-") return { place: written, shown: written };
  if (isRemotePlace(written)) return besideUrl(written, undefined);
  if (/^file:/i.test(written)) return { place: pathOfFileUrl(written), shown: written };
  if (/^[/\\]{2}/.test(written) && redactAddress(written) !== written)
    throw missing(written, "a URL begins with its scheme, such as 'https:'");
  if (scheme.test(written)) throw missing(written, "files are read by path, and from http: and https: URLs");
  if (outer === undefined || outer.place === "-")
    return { place: resolve(cwd, written), shown: redactPlace(written, shownPath(written, cwd)) };
  const beside = isAbsolute(written) ? written : join(dirname(outer.shown), written);
  return { place: resolve(dirname(outer.place), written), shown: redactPlace(written, shownPath(beside, cwd)) };
}

function shownPath(path: string, cwd: string): string {
  const below = isAbsolute(path) ? relative(cwd, path) : "..";
  return below === "" || isAbsolute(below) || /^\.\.(?:[\\/]|$)/.test(below) ? path : below;
}

/** No file of the network leads to one of this machine. */
function besideUrl(written: string, base: string | undefined): FilePlace {
  const url = URL.parse(written, base);
  if (url === null) throw missing(written, "it is no valid URL");
  if (!/^https?:$/.test(url.protocol)) throw missing(written, "a file on the network can include such files only");
  url.hash = "";
  return { place: url.href, shown: redactAddress(url.href) };
}

function pathOfFileUrl(url: string): string {
  try {
    return Bun.fileURLToPath(url);
  } catch (error) {
    if (error instanceof TypeError || error instanceof URIError) throw missing(url, "it is no valid URL of a file");
    throw error;
  }
}

const missing = (written: string, reason: string) =>
  problem("E_REQUIREMENTS_FILE_MISSING", { file: redactAddress(written), reason });

/** Whether a name is that of a file in which a project states its dependencies, in a form of its own. */
export const isProjectFile = (place: string): boolean =>
  /^(?:pyproject\.toml|setup\.(?:py|cfg)|pylock(?:\.[^.]+)?\.toml|Pipfile|uv\.lock|poetry\.lock)$/.test(
    basename(place.replace(/[?#].*/s, "")),
  );
