/**
 * Groups the files of a page by release: file name → version → releases in ascending order.
 *
 * In: extents of file records, offered one by one. Out: a table of releases, each with the extents of its files, still
 * undecoded. The version is cut out of the file name without allocating for the name part, and each distinct version
 * text is parsed once.
 */
import { sdistEndingOf } from "../versions/sdist-filename.ts";
import { versionKey } from "../versions/version.ts";

/** A file name inside `page` (from–to), and the extent of the record that it belongs to. */
export interface Offer {
  readonly page: string;
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

export interface ReleaseTable {
  readonly keys: readonly string[];
  /** As the first file of the release spells it. */
  readonly texts: readonly string[];
  /** Release i owns files fileStarts[i] … fileStarts[i + 1]. */
  readonly fileStarts: Uint32Array;
  /** Start and end of each file's record, in bytes of the body. */
  readonly extents: Uint32Array;
}

/** The same, a release at a time, wherever it is kept. */
export interface ReleaseLookup {
  readonly count: number;
  readonly keyAt: (release: number) => string;
  readonly textAt: (release: number) => string;
  /** Start and end pairs of the release's records. */
  readonly extentsOf: (release: number) => Uint32Array;
}

export function lookUp({ keys, texts, fileStarts, extents }: ReleaseTable): ReleaseLookup {
  return {
    count: keys.length,
    keyAt: (release) => keys[release] ?? "",
    textAt: (release) => texts[release] ?? "",
    extentsOf: (release) => extents.subarray((fileStarts[release] ?? 0) * 2, (fileStarts[release + 1] ?? 0) * 2),
  };
}

export interface ReleaseCollector {
  readonly offer: (candidate: Offer) => void;
  readonly finish: () => ReleaseTable;
}

/** A collector for the project of this normalised name; other projects' files on the page are left out. */
export function collectReleases(name: string): ReleaseCollector {
  const releaseOf = new Map<string, number>();
  const starts: number[] = [];
  const ends: number[] = [];
  const owners: number[] = [];
  const texts: string[] = [];
  let lastVersion = "";
  let lastId = -1;
  let prefix = "\0";
  return {
    offer(candidate) {
      const { page, from, to } = candidate;
      let dash = from + prefix.length;
      if (!page.startsWith(prefix, from)) {
        dash = endOfName(name, candidate);
        if (dash === -1) return;
        prefix = page.slice(from, dash);
      }
      const version = versionText(page, dash, to);
      if (version === undefined) return;
      if (version !== lastVersion) {
        lastVersion = version;
        lastId = releaseOf.get(version) ?? -1;
        if (lastId === -1) {
          lastId = texts.length;
          texts.push(version);
          releaseOf.set(version, lastId);
        }
      }
      starts.push(candidate.start);
      ends.push(candidate.end);
      owners.push(lastId);
    },
    finish: () => tableOf({ starts, ends, owners, texts }),
  };
}

/** The offset behind "name-" at the beginning of the file name, under PEP 503's equality of names; -1 if it differs. */
function endOfName(name: string, { page, from, to }: Offer): number {
  let at = from;
  for (let i = 0; i < name.length; i++) {
    const wanted = name.charCodeAt(i);
    if (wanted === dashCode) {
      const before = at;
      while (at < to && isSeparator(page.charCodeAt(at))) at++;
      if (at === before) return -1;
    } else if ((page.charCodeAt(at++) | 32) !== (wanted | 32)) return -1;
  }
  return at < to && page.charCodeAt(at) === dashCode ? at + 1 : -1;
}

const dashCode = 45;
const dotCode = 46;
const underscoreCode = 95;

function isSeparator(code: number): boolean {
  return code === dashCode || code === dotCode || code === underscoreCode;
}

function versionText(page: string, from: number, to: number): string | undefined {
  if (page.charCodeAt(to - 1) === 108 && page.endsWith(".whl", to)) {
    const dash = page.indexOf("-", from);
    return dash === -1 || dash >= to ? undefined : page.slice(from, dash);
  }
  const ending = sdistEndingOf(page, to);
  return ending === undefined || to - ending.length <= from ? undefined : page.slice(from, to - ending.length);
}

function tableOf(raw: { starts: number[]; ends: number[]; owners: number[]; texts: string[] }): ReleaseTable {
  const { order, ownerRelease } = sortReleases(raw.texts);
  const counts = new Uint32Array(order.length + 1);
  for (const owner of raw.owners) {
    const release = ownerRelease[owner] ?? -1;
    if (release >= 0) counts[release + 1] = (counts[release + 1] ?? 0) + 1;
  }
  for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] ?? 0) + (counts[i - 1] ?? 0);
  const fill = counts.slice();
  const extents = new Uint32Array((counts[order.length] ?? 0) * 2);
  for (let i = 0; i < raw.owners.length; i++) {
    const release = ownerRelease[raw.owners[i] ?? 0] ?? -1;
    if (release < 0) continue;
    const slot = fill[release] ?? 0;
    fill[release] = slot + 1;
    extents[slot * 2] = raw.starts[i] ?? 0;
    extents[slot * 2 + 1] = raw.ends[i] ?? 0;
  }
  return { keys: order.map((r) => r.key), texts: order.map((r) => r.text), fileStarts: counts, extents };
}

/** Distinct spellings of one version become one release; what is no version (PEP 440) belongs to none: -1. */
function sortReleases(texts: readonly string[]): { order: { key: string; text: string }[]; ownerRelease: Int32Array } {
  const byKey = new Map<string, { key: string; text: string; owners: number[] }>();
  for (const [owner, text] of texts.entries()) {
    const key = versionKey(text);
    if (key === undefined) continue;
    const known = byKey.get(key);
    if (known !== undefined) known.owners.push(owner);
    else byKey.set(key, { key, text, owners: [owner] });
  }
  const order = [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const ownerRelease = new Int32Array(texts.length).fill(-1);
  for (const [release, { owners }] of order.entries()) {
    for (const owner of owners) ownerRelease[owner] = release;
  }
  return { order, ownerRelease };
}
