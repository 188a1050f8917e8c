/**
 * The file names of wheels (PEP 427 "File name convention", PEP 425 "Compressed tag sets"):
 *
 *   name-version[-build]-python.tags-abi.tags-platform.tags.whl
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { versionsDiagnostics } from "./diagnostics.ts";
import { normalizeName } from "./name.ts";
import { tryParseVersion, type Version } from "./version.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

/** A build tag: a number, then whatever follows it (PEP 427). Sorts by number, then by text; none sorts first. */
export interface BuildTag {
  readonly number: number;
  readonly suffix: string;
}

/** What the file name of a wheel says. */
export interface WheelFilename {
  /** Normalised. */
  readonly name: string;
  readonly version: Version;
  readonly build?: BuildTag;
  /** Each combination of a compressed tag set, lower-case. */
  readonly tags: readonly string[];
}

const EXTENSION = ".whl";
const NAME = /^[\p{L}\p{N}_.]+$/u;
const BUILD = /^(\d+)(.*)$/;
const INTERPRETER = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Reads the file name of a wheel. Throws `E_WHEEL_FILENAME`. */
export function parseWheelFilename(filename: string): WheelFilename {
  const found = readWheelFilename(filename);
  if (typeof found === "string") throw problem("E_WHEEL_FILENAME", { filename, reason: found });
  return found;
}

/** Reads the file name of a wheel, or answers undefined where {@link parseWheelFilename} throws. */
export function tryParseWheelFilename(filename: string): WheelFilename | undefined {
  const found = readWheelFilename(filename);
  return typeof found === "string" ? undefined : found;
}

/** Negative, zero or positive as build `a` is older than, the same as or newer than `b` (PEP 427). */
export function compareBuildTags(a: BuildTag | undefined, b: BuildTag | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (a.number !== b.number) return a.number - b.number;
  return a.suffix < b.suffix ? -1 : a.suffix > b.suffix ? 1 : 0;
}

/** Expands a compressed tag set, `py2.py3-none-any` to `py2-none-any` and `py3-none-any`; each tag once. */
export function expandTags(interpreters: string, abis: string, platforms: string): readonly string[] {
  const tags = new Set<string>();
  for (const interpreter of interpreters.split(".")) {
    for (const abi of abis.split(".")) {
      for (const platform of platforms.split(".")) tags.add(`${interpreter}-${abi}-${platform}`);
    }
  }
  return [...tags];
}

/** The record, or the reason why there is none. */
function readWheelFilename(filename: string): WheelFilename | string {
  if (!filename.endsWith(EXTENSION)) return `it does not end with '${EXTENSION}'`;
  const parts = filename.slice(0, -EXTENSION.length).split("-");
  if (parts.length !== 5 && parts.length !== 6) {
    return `it has ${parts.length} parts between dashes, where five or six must be`;
  }
  const [name = "", versionText = ""] = parts;
  if (!NAME.test(name) || name.includes("__")) return `'${name}' is not an escaped project name`;
  const version = tryParseVersion(versionText);
  if (version === undefined) return `'${versionText}' is not a version`;
  const [interpreters = "", abis = "", platforms = ""] = parts.slice(-3).map((part) => part.toLowerCase());
  const fault = faultOfTags(interpreters, [abis, platforms]);
  if (fault !== undefined) return fault;
  const record = { name: normalizeName(name), version, tags: expandTags(interpreters, abis, platforms) };
  if (parts.length === 5) return record;
  const build = buildOf(parts[2] ?? "");
  return build === undefined ? `the build tag '${parts[2]}' does not begin with a digit` : { ...record, build };
}

function buildOf(text: string): BuildTag | undefined {
  const match = BUILD.exec(text);
  return match === null ? undefined : { number: Number(match[1]), suffix: match[2] ?? "" };
}

function faultOfTags(interpreters: string, others: readonly string[]): string | undefined {
  for (const interpreter of interpreters.split(".")) {
    if (!INTERPRETER.test(interpreter)) return `'${interpreter}' is not a Python tag`;
  }
  const tags = others.flatMap((set) => set.split("."));
  if (tags.includes("")) return "a tag is empty";
  // Browsers number what they save twice: `… (1).whl`.
  const odd = tags.find((tag) => /[\s()[\]]/.test(tag));
  return odd === undefined ? undefined : `'${odd}' is not a tag`;
}
