/**
 * `--find-links`: files, directories, or pages of links that are looked at beside every index. What they offer is added
 * to what the index offers; they are read once, and whole, since a name cannot be asked for.
 */
import { type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress, redactPlace } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { reasonOf } from "@vivarium/core/system-reason";
import { foreignCodingOf } from "./content-coding.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import { filesIn } from "./directory-files.ts";
import { pageOfFiles } from "./file-list.ts";
import type { IndexConfig } from "./index-config.ts";
import type { IndexFile, ProjectPage } from "./index-file.ts";
import { fileOfLink, type LinkRefusal } from "./link-file.ts";
import type { RefusalTeller } from "./link-refusal.ts";
import { linksOfPage } from "./loose-links.ts";
import { throwIfTooManyFiles } from "./open-files-limit.ts";
import { latin1Of } from "./page-answer.ts";
import { type Absent, absent } from "./page-source.ts";
import { readRegular } from "./regular-file.ts";
import type { Transport } from "./transport.ts";
import { pathOfUrl } from "./url-path.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface FindLinks {
  readonly shown: readonly string[];
  /** `undefined`: pages on the network must be read first. */
  readonly cached: (name: string) => ProjectPage | Absent | undefined;
  readonly fetch: (name: string) => Promise<ProjectPage | Absent>;
  readonly knownNames: () => readonly string[];
}

export interface FindLinksParts {
  readonly config: IndexConfig;
  readonly transport: Transport;
  readonly report: Report;
  readonly offline: boolean;
  readonly refusals: RefusalTeller;
}

const pageBytesMax = 64 * 1024 * 1024;

export function openFindLinks(parts: FindLinksParts): FindLinks {
  const places = parts.config.findLinks;
  const shown = places.map(({ location }) => redactAddress(location));
  let files: readonly IndexFile[] | undefined = places.length === 0 ? [] : undefined;
  let reading: Promise<readonly IndexFile[]> | undefined;
  const readLocal = (): readonly IndexFile[] | undefined => {
    if (files === undefined && places.every(({ location }) => !isRemote(location))) {
      files = places.flatMap((place) => localFiles(place, parts.report));
    }
    return files;
  };
  const pageOf = (name: string, from: readonly IndexFile[]): ProjectPage | Absent =>
    (from.length === 0 ? undefined : pageOfFiles(name, shown.join(", "), from)) ?? absent;
  return {
    shown,
    cached(name) {
      const local = readLocal();
      return local === undefined ? undefined : pageOf(name, local);
    },
    async fetch(name) {
      reading ??= readAll(parts);
      files = await reading;
      return pageOf(name, files);
    },
    knownNames: () => [
      ...new Set(
        (files ?? []).map(
          ({ filename }) =>
            filename
              .split("-", 1)[0]
              ?.toLowerCase()
              .replaceAll(/[-_.]+/g, "-") ?? "",
        ),
      ),
    ],
  };
}

function isRemote(location: string): boolean {
  return /^https?:/i.test(location);
}

async function readAll(parts: FindLinksParts): Promise<readonly IndexFile[]> {
  const lists = await Promise.all(
    parts.config.findLinks.map(async (place) =>
      isRemote(place.location) ? remoteFiles(place.location, parts) : localFiles(place, parts.report),
    ),
  );
  return lists.flat();
}

async function remoteFiles(
  location: string,
  { transport, offline, refusals }: FindLinksParts,
): Promise<readonly IndexFile[]> {
  if (!URL.canParse(location))
    throw problem("E_INDEX_FIND_LINKS", { location: redactAddress(location), reason: "it is no valid URL" });
  const direct = fileOfLink({ href: location, base: location, origin: "web" });
  if (direct !== undefined) return [direct];
  if (offline)
    throw problem("E_INDEX_OFFLINE", { what: `the page of links '${redactAddress(location)}'`, isKept: false });
  return transport.ask(location, { headers: () => ({ accept: "text/html" }) }, async (answer) => {
    const coding = foreignCodingOf(answer.headers);
    if (coding !== undefined) {
      const reason = `nobody asked for its coding '${coding}'`;
      throw problem("E_INDEX_FIND_LINKS", { location: redactAddress(location), reason });
    }
    const refuse = (refusal: LinkRefusal): void =>
      refusals.tell(`the page of links '${redactAddress(location)}'`, refusal);
    return linksOfPage(latin1Of(await answer.body.all(pageBytesMax)), { url: answer.url, refuse });
  });
}

function localFiles({ location, source }: { location: string; source: string }, report: Report): readonly IndexFile[] {
  const path = pathOfPlace(location);
  const shown = redactPlace(location, path);
  const found = statusOf(path, shown);
  if (found === undefined) {
    report.warn(problem("W_INDEX_FIND_LINKS_MISSING", { location: shown, source }));
    return [];
  }
  if (found.isDirectory()) return filesIn(path);
  const direct = fileOfLink({ href: Bun.pathToFileURL(path).href, base: "file:///", origin: "local" });
  return direct === undefined
    ? linksOfPage(readPage(path, shown), { url: Bun.pathToFileURL(`${dirname(path)}/`).href })
    : [direct];
}

/** Undefined where nothing is there. @throws E_INDEX_FIND_LINKS */
function statusOf(path: string, shown: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === "ENOTDIR") return undefined;
    throw problem("E_INDEX_FIND_LINKS", { location: shown, reason: reasonOf(error) }, { cause: error });
  }
}

function pathOfPlace(location: string): string {
  if (!location.startsWith("file:")) return location;
  const found = pathOfUrl(location);
  if ("path" in found) return found.path;
  throw problem("E_INDEX_FIND_LINKS", { location: redactAddress(location), reason: found.reason });
}

function readPage(path: string, shown: string): string {
  try {
    return latin1Of(readRegular(path));
  } catch (error) {
    throwIfTooManyFiles(error, path);
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw problem("E_INDEX_FIND_LINKS", { location: shown, reason: reasonOf(error) }, { cause: error });
  }
}
