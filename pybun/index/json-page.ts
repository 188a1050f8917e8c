/**
 * PEP 691 project pages (and PEP 700's additions). In: the answer's text. Out: one short record a file in a text of our
 * own that holds one character a byte, so that the cache can keep and slice it as it does HTML pages.
 */
import type { IndexFile } from "./index-file.ts";
import { fileOfLink, type PageContext } from "./link-file.ts";
import type { ReleaseCollector } from "./release-table.ts";

/** What we read of a file's object; anything of another type counts as absent, but for hashes. */
interface JsonFile {
  readonly f: string;
  readonly u: string;
  readonly h: Readonly<Record<string, string>>;
  readonly s?: number;
  readonly p?: string;
  readonly y?: string;
  readonly t?: string;
  readonly m?: string;
}

export interface JsonPage {
  /** Its API version, of which we know 1. */
  readonly major: number;
  readonly files: readonly JsonFile[];
  /** Why no file of the page may be believed. */
  readonly fault?: string;
  /** What the first entry says that has no usable name or no address, and is left out. */
  readonly unnamed?: string;
}

/** `undefined`: the text is no project page. */
export function parseJsonPage(text: string): JsonPage | undefined {
  const page = objectOf(parse(text));
  if (page === undefined || !Array.isArray(page["files"])) return undefined;
  const version = objectOf(page["meta"])?.["api-version"];
  const major = typeof version === "string" ? Number.parseInt(version, 10) : 1;
  const files: JsonFile[] = [];
  let unnamed: string | undefined;
  for (const entry of page["files"]) {
    const file = recordOf(objectOf(entry));
    if (file === undefined) {
      unnamed ??= textOfEntry(entry);
      continue;
    }
    if (typeof file === "string") return { major, files: [], fault: `the hashes of '${file}' are malformed` };
    files.push(file);
  }
  return { major, files, ...(unnamed === undefined ? {} : { unnamed }) };
}

/** What a person would look for. */
function textOfEntry(entry: unknown): string {
  const { filename, url } = objectOf(entry) ?? {};
  return [filename, url].find((text) => typeof text === "string") ?? JSON.stringify(entry);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A name of a file is no path, and no line of a message. */
const noName = /[/\\\0-\x1f]/;

/** `undefined`: it has no name or address. A text: the name of a file whose hashes cannot be read. */
function recordOf(entry: Record<string, unknown> | undefined): JsonFile | string | undefined {
  if (entry === undefined) return undefined;
  const { filename, url, size, yanked } = entry;
  if (typeof filename !== "string" || typeof url !== "string" || noName.test(filename)) return undefined;
  const requiresPython = entry["requires-python"];
  const uploadTime = entry["upload-time"];
  const metadata = metadataText(
    entry["core-metadata"] ?? entry["dist-info-metadata"] ?? entry["data-dist-info-metadata"],
  );
  const hashes = entry["hashes"] === undefined ? {} : hashesOf(entry["hashes"]);
  if (hashes === undefined || metadata === "malformed") return filename;
  return {
    f: filename,
    u: url,
    h: hashes,
    ...(typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? { s: size } : {}),
    ...(typeof requiresPython === "string" ? { p: requiresPython } : {}),
    ...(typeof yanked === "string" ? { y: yanked } : yanked === true ? { y: "" } : {}),
    ...(typeof uploadTime === "string" ? { t: uploadTime } : {}),
    ...(metadata === undefined ? {} : { m: metadata }),
  };
}

/** The attribute of an HTML page that says the same. */
function metadataText(value: unknown): string | undefined {
  if (value === true) return "true";
  if (objectOf(value) === undefined) return undefined;
  const hashes = hashesOf(value);
  if (hashes === undefined) return "malformed";
  return hashes["sha256"] === undefined ? "true" : `sha256=${hashes["sha256"]}`;
}

/**
 * `undefined`: it is no table of texts. To read that as "no hash" would turn off the check that the index meant to ask
 * for; `null` beside an algorithm says itself that there is none.
 */
function hashesOf(value: unknown): Record<string, string> | undefined {
  const table = objectOf(value);
  if (table === undefined) return undefined;
  const hashes: Record<string, string> = {};
  for (const [algorithm, digest] of Object.entries(table)) {
    if (digest === null) continue;
    if (typeof digest !== "string") return undefined;
    hashes[algorithm.toLowerCase()] = digest.toLowerCase();
  }
  return hashes;
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  // The cast only names what `typeof` has shown: an object whose values are not known.
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Writes the records one after the other and offers each to the collector. */
export function collectJsonFiles(files: readonly JsonFile[], collector: ReleaseCollector): string {
  const records: string[] = [];
  let at = 0;
  for (const file of files) {
    const record = asciiJson(file);
    records.push(record);
    collector.offer({ page: file.f, from: 0, to: file.f.length, start: at, end: at + record.length });
    at += record.length;
  }
  return records.join("");
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Decodes one record of {@link collectJsonFiles}. */
export function decodeJsonFile(record: string, { base, origin, refuse }: PageContext): IndexFile | undefined {
  // Written by `collectJsonFiles`, kept under a checksum: the shape is ours.
  const file = JSON.parse(record) as JsonFile;
  const link = {
    href: file.u,
    base,
    origin,
    filename: file.f,
    hashes: file.h,
    size: file.s,
    requiresPython: file.p,
    yanked: file.y,
    uploadTime: file.t,
    metadata: file.m,
  };
  return fileOfLink(link, refuse);
}
