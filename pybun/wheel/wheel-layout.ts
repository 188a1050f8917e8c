/**
 * Where the files of a wheel go ("Binary distribution format", packaging.python.org; once PEP 427 and 491): entries in,
 * a plan out. Nothing is read or written here.
 *
 * Files of the root, and of `.data/purelib` and `.data/platlib`, belong to site-packages and become one tree, so that a
 * view can link it as it is. Files of the other `.data` schemes lie apart, by scheme: an environment copies them.
 * The `.data` directory must carry the name of the `.dist-info` directory: pip takes every top directory that ends with
 * `.data` for one, uv only this one, and what two installers see differently is refused.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { normalizeName } from "../versions/name.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import type { ZipEntry } from "./zip-entry.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

/** `site` is the tree; the others are directories of `.data` that an environment handles each in its way. */
export type Scheme = "site" | "scripts" | "headers" | "data";

export interface PlacedFile {
  readonly entry: ZipEntry;
  readonly scheme: Scheme;
  /** Relative to the scheme's directory, with `/`. */
  readonly path: string;
}

export interface WheelLayout {
  /** The name of the `.dist-info` directory. */
  readonly distInfo: string;
  /** Directory order; directory entries left out, as by pip: a directory exists because a file is in it. */
  readonly files: readonly PlacedFile[];
}

/** @throws E_WHEEL_DIST_INFO, E_WHEEL_NAME, E_WHEEL_DATA_SCHEME, E_WHEEL_ENTRY_CONFLICT */
export function planLayout(entries: readonly ZipEntry[], { file }: { file: string }): WheelLayout {
  const distInfo = findDistInfo(entries, file);
  const dataDirectory = `${distInfo.slice(0, -".dist-info".length)}.data`;
  const files: PlacedFile[] = [];
  const directories: PlacedFile[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory) files.push(placeEntry(entry, { file, dataDirectory }));
    else directories.push(placeDirectory(entry));
  }
  checkConflicts({ files, directories }, file);
  return { distInfo, files };
}

function findDistInfo(entries: readonly ZipEntry[], file: string): string {
  const found = new Set<string>();
  for (const { name } of entries) {
    const slash = name.indexOf("/");
    if (slash > 0 && name.endsWith(".dist-info", slash)) found.add(name.slice(0, slash));
  }
  const [first, second] = found;
  if (first === undefined) throw problem("E_WHEEL_DIST_INFO", { file, detail: "has no .dist-info directory" });
  if (second !== undefined) {
    const detail = `has several .dist-info directories: '${first}' and '${second}'`;
    throw problem("E_WHEEL_DIST_INFO", { file, detail });
  }
  const expected = normalizeName(file.slice(0, file.indexOf("-")));
  // Legacy spellings differ in case and in `-_.`, and in how the version is written; the name must be this one.
  if (!normalizeName(first).startsWith(expected)) throw problem("E_WHEEL_NAME", { file, expected, actual: first });
  return first;
}

const schemes: ReadonlyMap<string, Scheme> = new Map([
  ["purelib", "site"],
  ["platlib", "site"],
  ["scripts", "scripts"],
  ["headers", "headers"],
  ["data", "data"],
]);

function placeEntry(entry: ZipEntry, { file, dataDirectory }: { file: string; dataDirectory: string }): PlacedFile {
  const slash = entry.name.indexOf("/");
  if (slash === -1 || !entry.name.endsWith(".data", slash)) return { entry, scheme: "site", path: entry.name };
  const rest = entry.name.slice(slash + 1);
  const second = rest.indexOf("/");
  const scheme = schemes.get(rest.slice(0, Math.max(second, 0)));
  if (scheme === undefined || entry.name.slice(0, slash) !== dataDirectory) {
    throw problem("E_WHEEL_DATA_SCHEME", { file, entry: entry.name });
  }
  return { entry, scheme, path: rest.slice(second + 1) };
}

/** Directories are not made for their own sake, so one that belongs to no scheme is of no interest. */
function placeDirectory(entry: ZipEntry): PlacedFile {
  const name = entry.name.slice(0, -1);
  const [top = "", kind = "", ...rest] = name.split("/");
  const scheme = top.endsWith(".data") ? schemes.get(kind) : undefined;
  return scheme === undefined ? { entry, scheme: "site", path: name } : { entry, scheme, path: rest.join("/") };
}

type Placed = Readonly<Record<"files" | "directories", readonly PlacedFile[]>>;

/** Two files for one place, or a file where another entry needs a directory, or is one. */
function checkConflicts({ files, directories }: Placed, file: string): void {
  const taken = new Map<string, string>();
  const conflict = (entry: string, other: string) => problem("E_WHEEL_ENTRY_CONFLICT", { file, entry, other });
  for (const { entry, scheme, path } of files) {
    const place = `${scheme}/${path}`;
    const other = taken.get(place);
    if (other !== undefined) throw conflict(entry.name, other);
    taken.set(place, entry.name);
  }
  const seen = new Set<string>();
  for (const { entry, scheme, path } of [...files, ...directories]) {
    const last = entry.isDirectory ? path.length : path.lastIndexOf("/");
    for (let at = last; at > 0; at = path.lastIndexOf("/", at - 1)) {
      const directory = `${scheme}/${path.slice(0, at)}`;
      if (seen.has(directory)) break;
      seen.add(directory);
      const other = taken.get(directory);
      if (other !== undefined) throw conflict(entry.name, other);
    }
  }
}
