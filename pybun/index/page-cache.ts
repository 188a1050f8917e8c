/**
 * The cache of one index: a file a project under `<cacheRoot>/index-v1/<index>/`, read synchronously, written behind
 * the caller's back and by rename, so that several processes see whole files only. What cannot be read, or is damaged,
 * is a miss.
 *
 * A file a project rather than a pack: projects come and go alone, a rename replaces one without a lock, and opening a
 * hundred and fifty small files costs about as much as finding them in a pack.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { Freshness } from "./freshness.ts";
import type { ProjectPage } from "./index-file.ts";
import type { LinkRefusal } from "./link-file.ts";
import type { RefusalTeller } from "./link-refusal.ts";
import type { OpenFiles } from "./open-files.ts";
import { throwIfTooManyFiles } from "./open-files-limit.ts";
import type { ParsedPage } from "./page-answer.ts";
import { openPageFile, type PageFile, readPageHead, renewPageFile, stateNow } from "./page-file.ts";
import { encodeHead } from "./page-head.ts";
import { type Absent, absent } from "./page-source.ts";
import { viewPage } from "./page-view.ts";
import { lookUp } from "./release-table.ts";
import type { WriteBehind } from "./write-behind.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface CachedPage extends Freshness {
  readonly page: ProjectPage | Absent;
  /** The state of the file that it was read from. */
  readonly file: string;
}

export interface PageCache {
  /** Throws `E_INDEX_OPEN_FILES`. */
  readonly read: (name: string) => CachedPage | undefined;
  /** The state of the file on disk now, as {@link CachedPage.file} has it; `undefined`: there is none. */
  readonly fileNow: (name: string) => string | undefined;
  /**
   * What may be offered to the server for confirmation: an answer with a validator, and whole to its last block, since
   * a confirmation makes it fresh as it is. A damaged one is removed.
   */
  readonly readWhole: (name: string) => CachedPage | undefined;
  /** A confirmed answer: same content, new lifetime. */
  readonly renew: (name: string, freshness: Freshness) => void;
  /** Keeps a parsed page if the server permits, and shows it. */
  readonly write: (name: string, parsed: ParsedPage, freshness: Freshness) => ProjectPage;
  readonly writeAbsence: (name: string, freshness: Freshness) => void;
  /** Normalised names that the cache knows to exist. */
  readonly names: () => readonly string[];
}

export interface PageCacheParts {
  readonly directory: string;
  /** The index as `ProjectPage.index` shows it. */
  readonly shown: string;
  readonly writer: WriteBehind;
  readonly files: OpenFiles;
  readonly refusals: RefusalTeller;
}

interface KnownPage {
  readonly cached: CachedPage;
  readonly file: PageFile;
}

const ending = ".page";

export function openPageCache(parts: PageCacheParts): PageCache {
  const pages = new Map<string, KnownPage | undefined>();
  const known = (name: string): KnownPage | undefined => {
    if (!pages.has(name)) pages.set(name, readPage(name, parts));
    return pages.get(name);
  };
  return {
    read: (name) => known(name)?.cached,
    fileNow: (name) => stateNow(fileOf(name, parts)),
    readWhole(name) {
      const page = known(name);
      if (page === undefined || !hasValidator(page.cached)) return undefined;
      if (page.file.isWhole()) return page.cached;
      pages.delete(name);
      parts.writer.remove(fileOf(name, parts));
      return undefined;
    },
    renew(name, freshness) {
      const page = known(name);
      pages.delete(name);
      if (page !== undefined) renewPage(name, { page, freshness }, parts);
    },
    write(name, parsed, freshness) {
      pages.delete(name);
      writePage(name, { parsed, freshness }, parts);
      const { form, base, table, text, refused } = parsed;
      const slice = (from: number, to: number): string => text.slice(from, to);
      const context = contextOf(name, base, parts);
      if (refused !== undefined) context.refuse(refused);
      return viewPage({ ...context, form, releases: lookUp(table), slice });
    },
    writeAbsence(name, freshness) {
      pages.delete(name);
      if (freshness.isStorable) writeAbsence(name, freshness, parts);
    },
    names: () => namesIn(parts.directory).filter((name) => isProject(fileOf(name, parts))),
  };
}

/** What is kept here came over the network, whatever its base says. */
const contextOf = (name: string, base: string, { shown, refusals }: PageCacheParts) =>
  ({
    name,
    index: shown,
    base,
    origin: "web",
    refuse: (refusal: LinkRefusal) => refusals.tell(`the page of '${name}' on '${shown}'`, refusal),
  }) as const;

const fileOf = (name: string, { directory }: PageCacheParts): string => join(directory, `${name}${ending}`);

function hasValidator({ etag, lastModified }: Freshness): boolean {
  return etag !== undefined || lastModified !== undefined;
}

function readPage(name: string, parts: PageCacheParts): KnownPage | undefined {
  const path = fileOf(name, parts);
  const damaged = (): Error => {
    parts.writer.remove(path);
    return problem("E_INDEX_CACHE_DAMAGED", { path });
  };
  const file = openPageFile(path, { files: parts.files, damaged });
  if (file === undefined) return undefined;
  const { head, slice } = file;
  const { form, base } = head;
  const page = form === "absent" ? absent : viewPage({ ...contextOf(name, base, parts), form, releases: head, slice });
  return { cached: { ...head.freshness, page, file: file.state }, file };
}

/**
 * The validators stay as they are: a 304 need not repeat them (RFC 9110, section 15.4.5), and those that it was given
 * for still name this content.
 */
function renewPage(
  name: string,
  { page: { file }, freshness }: { page: KnownPage; freshness: Freshness },
  parts: PageCacheParts,
): void {
  try {
    renewPageFile(fileOf(name, parts), file.head, freshness.freshUntilMs);
  } catch (error) {
    parts.writer.fail(parts.directory, error);
  }
}

function writePage(
  name: string,
  { parsed, freshness }: { parsed: ParsedPage; freshness: Freshness },
  parts: PageCacheParts,
): void {
  const path = fileOf(name, parts);
  if (!freshness.isStorable) {
    parts.writer.remove(path);
    return;
  }
  const head = encodeHead({ ...parsed, base: withoutSecrets(parsed.base), freshness });
  parts.writer.write(path, [head, parsed.body]);
}

const emptyTable = { keys: [], texts: [], fileStarts: new Uint32Array(1), extents: new Uint32Array(0) };

function writeAbsence(name: string, freshness: Freshness, parts: PageCacheParts): void {
  const body = new Uint8Array(0);
  const head = encodeHead({ form: "absent", base: "", table: emptyTable, body, freshness });
  parts.writer.write(fileOf(name, parts), [head, body]);
}

/** Signed or credential-bearing addresses are no place to resolve links against later. */
function withoutSecrets(base: string): string {
  const url = URL.parse(base);
  if (url === null) return base;
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}

/** Most files of mistyped names say that there is no such project. */
function isProject(path: string): boolean {
  const head = readPageHead(path);
  return head !== undefined && head.form !== "absent";
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length));
  } catch (error) {
    throwIfTooManyFiles(error, directory);
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}
