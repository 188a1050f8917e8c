/**
 * The cache of one index: a file a project under `<cacheRoot>/index-v1/<index>/`, read synchronously, written behind
 * the caller's back and by rename, so that several processes see whole files only. What cannot be read, or is damaged,
 * is a miss.
 *
 * A file a project rather than a pack: projects come and go alone, a rename replaces one without a lock, and opening a
 * hundred and fifty small files costs about as much as finding them in a pack.
 */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { Freshness } from "./freshness.ts";
import type { ProjectPage } from "./index-file.ts";
import type { ParsedPage } from "./page-answer.ts";
import { blockBytes, checksum, decodeHead, encodeHead, headBytesOf, type PageHead, prefixBytes } from "./page-codec.ts";
import { type Absent, absent } from "./page-source.ts";
import { viewPage } from "./page-view.ts";
import { normalizedText } from "./version-text.ts";
import type { WriteBehind } from "./write-behind.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface CachedPage extends Freshness {
  readonly page: ProjectPage | Absent;
  /** The state of the file that it was read from. */
  readonly file: string;
}

export interface PageCache {
  readonly read: (name: string) => CachedPage | undefined;
  /** The state of the file on disk now, as {@link CachedPage.file} has it; `undefined`: there is none. */
  readonly fileNow: (name: string) => string | undefined;
  /** Keeps a parsed page if the server permits, and shows it. */
  readonly write: (name: string, parsed: ParsedPage, freshness: Freshness) => ProjectPage;
  readonly writeAbsence: (name: string, freshness: Freshness) => void;
  /** A revalidated page: same content, new freshness. */
  readonly renew: (name: string, freshness: Freshness) => void;
  /** Normalised names that the cache knows to exist. */
  readonly names: () => readonly string[];
  readonly close: () => void;
}

export interface PageCacheParts {
  readonly directory: string;
  /** The index as `ProjectPage.index` shows it. */
  readonly shown: string;
  readonly writer: WriteBehind;
}

const emptyTable = { keys: [], texts: [], fileStarts: new Uint32Array(1), extents: new Uint32Array(0) };
/** One read mostly gets the whole head. */
const firstReadBytes = 32 * 1024;
const headBytesMax = 256 * 1024 * 1024;
const ending = ".page";

export function openPageCache(parts: PageCacheParts): PageCache {
  const known = new Map<string, CachedPage | undefined>();
  const bodies = new Set<number>();
  const fileOf = (name: string): string => join(parts.directory, `${name}${ending}`);
  const store = (name: string, head: Uint8Array, body: Uint8Array): void =>
    parts.writer.write(fileOf(name), [head, body]);

  function read(name: string): CachedPage | undefined {
    const file = openCached(fileOf(name));
    if (file === undefined) return undefined;
    const { head } = file;
    if (head.form === "absent") {
      closeSync(file.descriptor);
      return { ...head.freshness, page: absent, file: file.state };
    }
    bodies.add(file.descriptor);
    const slice = blockReader(file, () => {
      parts.writer.remove(fileOf(name));
      return problem("E_INDEX_CACHE_DAMAGED", { path: fileOf(name) });
    });
    const textAt = (release: number): string => normalizedText(head.textAt(release));
    const page = viewPage({ ...head, form: head.form, name, index: parts.shown, textAt, slice });
    return { ...head.freshness, page, file: file.state };
  }

  return {
    read(name) {
      if (!known.has(name)) known.set(name, read(name));
      return known.get(name);
    },
    fileNow(name) {
      const stats = statSync(fileOf(name), { throwIfNoEntry: false });
      return stats === undefined ? undefined : stateOf(stats);
    },
    write(name, parsed, freshness) {
      known.delete(name);
      const page = viewParsed(name, parsed, parts.shown);
      if (freshness.isStorable)
        store(name, encodeHead({ ...parsed, base: withoutSecrets(parsed.base), freshness }), parsed.body);
      else parts.writer.remove(fileOf(name));
      return page;
    },
    writeAbsence(name, freshness) {
      known.delete(name);
      if (!freshness.isStorable) return;
      const body = new Uint8Array(0);
      store(name, encodeHead({ form: "absent", base: "", table: emptyTable, body, freshness }), body);
    },
    renew(name, freshness) {
      renewFile(fileOf(name), freshness, parts.writer);
      known.delete(name);
    },
    names: () => namesIn(parts.directory).filter((name) => holdsProject(fileOf(name))),
    close() {
      for (const descriptor of bodies) closeSync(descriptor);
      bodies.clear();
      known.clear();
    },
  };
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

function viewParsed(name: string, { form, base, table, text }: ParsedPage, shown: string): ProjectPage {
  return viewPage({
    name,
    index: shown,
    form,
    base,
    count: table.keys.length,
    keyAt: (release) => table.keys[release] ?? "",
    textAt: (release) => normalizedText(table.texts[release] ?? ""),
    extentsOf: (release) =>
      table.extents.subarray((table.fileStarts[release] ?? 0) * 2, (table.fileStarts[release + 1] ?? 0) * 2),
    slice: (from, to) => text.slice(from, to),
  });
}

interface OpenPage {
  readonly head: PageHead;
  readonly descriptor: number;
  readonly state: string;
}

/** Files are replaced, never changed: a new one differs in its number, or where that is used again, in its time. */
const stateOf = ({ ino, size, mtimeMs }: Stats): string => `${ino} ${size} ${mtimeMs}`;

function openCached(path: string): OpenPage | undefined {
  const descriptor = openOrMiss(path);
  if (descriptor === undefined) return undefined;
  const head = readHead(descriptor);
  const stats = fstatSync(descriptor);
  if (head !== undefined && stats.size === head.headBytes + head.bodyBytes) {
    return { head, descriptor, state: stateOf(stats) };
  }
  closeSync(descriptor);
  return undefined;
}

/** Most files of mistyped names say that there is no such project. */
function holdsProject(path: string): boolean {
  const file = openCached(path);
  if (file === undefined) return false;
  closeSync(file.descriptor);
  return file.head.form !== "absent";
}

/** Any failure to open is a miss: the index is asked, and an unwritable cache is reported when we write. */
function openOrMiss(path: string): number | undefined {
  // An error costs thirty times the look: in a cold run every page is a miss.
  if (!existsSync(path)) return undefined;
  try {
    return openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** Shared by all first reads: heads are copied out at their true size. */
const scratch = Buffer.allocUnsafeSlow(firstReadBytes);

function readHead(descriptor: number): PageHead | undefined {
  const got = readSync(descriptor, scratch, 0, firstReadBytes, 0);
  const headBytes = headBytesOf(scratch.subarray(0, Math.min(got, prefixBytes)));
  if (headBytes === undefined || headBytes > headBytesMax) return undefined;
  const whole = Buffer.allocUnsafeSlow(headBytes);
  if (headBytes <= got) scratch.copy(whole, 0, 0, headBytes);
  else if (readSync(descriptor, whole, 0, headBytes, 0) !== headBytes) return undefined;
  return decodeHead(whole);
}

/** Reads the blocks around from–to and checks them. Damage is thrown: the releases have been shown to the resolver already. */
function blockReader({ head, descriptor }: OpenPage, discard: () => Error): (from: number, to: number) => string {
  let heldFrom = 0;
  let held = "";
  return (from, to) => {
    if (from >= heldFrom && to <= heldFrom + held.length) return held.slice(from - heldFrom, to - heldFrom);
    const first = Math.floor(from / blockBytes);
    const end = Math.min(Math.ceil(to / blockBytes) * blockBytes, head.bodyBytes);
    const length = Math.max(0, end - first * blockBytes);
    const bytes = length <= firstReadBytes ? scratch.subarray(0, length) : Buffer.allocUnsafe(length);
    const got = readSync(descriptor, bytes, 0, bytes.length, head.headBytes + first * blockBytes);
    if (got !== bytes.length || !blocksAreWhole(bytes, first, head)) throw discard();
    heldFrom = first * blockBytes;
    held = bytes.toString("latin1");
    return held.slice(from - heldFrom, to - heldFrom);
  };
}

function blocksAreWhole(bytes: Buffer, first: number, head: PageHead): boolean {
  for (let at = 0; at < bytes.length; at += blockBytes) {
    if (checksum(bytes.subarray(at, at + blockBytes)) !== head.blockChecksum(first + at / blockBytes)) return false;
  }
  return true;
}

function renewFile(path: string, freshness: Freshness, writer: WriteBehind): void {
  const file = openCached(path);
  if (file === undefined) return;
  try {
    const { head, descriptor } = file;
    const body = Buffer.allocUnsafe(head.bodyBytes);
    if (readSync(descriptor, body, 0, body.length, head.headBytes) !== body.length) return;
    const releases = Array.from({ length: head.count }, (_, i) => i);
    const extents = releases.map((i) => head.extentsOf(i));
    const starts = new Uint32Array(head.count + 1);
    for (const i of releases) starts[i + 1] = (starts[i] ?? 0) + (extents[i]?.length ?? 0) / 2;
    const table = {
      keys: releases.map((i) => head.keyAt(i)),
      texts: releases.map((i) => head.textAt(i)),
      fileStarts: starts,
      extents: Uint32Array.from(extents.flatMap((extent) => [...extent])),
    };
    // A 304 need not repeat the validators (RFC 9110, section 15.4.5): the known ones stay.
    const renewed = { ...head.freshness, ...freshness };
    writer.write(path, [encodeHead({ form: head.form, base: head.base, table, body, freshness: renewed }), body]);
  } finally {
    closeSync(file.descriptor);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length));
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}
