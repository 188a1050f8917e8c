/**
 * Requirements files with all that they include, as one list of requirements, constraints and settings.
 *
 * In: paths, and how to read them (disk and network are the caller's). Out: what they say, in the order in which pip
 * would come upon it. Nested paths are relative to the file that names them.
 */
import { dirname, resolve as resolvePath } from "node:path";
import { Problem, problemsOf, type Span } from "@vivarium/core/diagnostic";
import type { Environment } from "@vivarium/core/paths";
import { redactAddress } from "@vivarium/core/redact";
import { reasonOf } from "@vivarium/core/system-reason";
import { openSlices } from "@vivarium/core/time-slice";
import type { Requirement } from "../versions/requirement.ts";
import { decodeText } from "./decode-text.ts";
import type { requirementsFileDiagnostics } from "./diagnostics.ts";
import { logicalLines } from "./logical-lines.ts";
import { type LineContext, type ParsedLine, parseLine } from "./parse-line.ts";
import { type FilePlace, isProjectFile, isRemotePlace, placeOf } from "./place.ts";

const problem = problemsOf<typeof requirementsFileDiagnostics>();

/** A requirement with where it stands. */
export interface FileRequirement {
  readonly requirement: Requirement;
  /** `sha256:…`; one of them has to match where there are any. */
  readonly hashes: readonly string[];
  readonly span: Span;
}

export interface RequirementsFiles {
  readonly requirements: readonly FileRequirement[];
  readonly constraints: readonly FileRequirement[];
  /** The last `--index-url`. */
  readonly defaultIndex?: string;
  readonly extraIndexes: readonly string[];
  readonly findLinks: readonly string[];
  readonly noIndex: boolean;
  /** Values of `--no-binary` and `--only-binary`, in order: names, `:all:` or `:none:`. */
  readonly noBinary: readonly string[];
  readonly onlyBinary: readonly string[];
  readonly pre: boolean;
  /** The line that asks for a hash of everything, and its file: `--require-hashes in 'FILE'`. */
  readonly requireHashes?: string;
  /** All files that were read, included ones too. */
  readonly read: readonly ReadFile[];
}

export interface ReadFile {
  /** An absolute path or a URL; `-` is the standard input. */
  readonly place: string;
  /** SHA-256 of what was read, in hexadecimal digits. */
  readonly sha256: string;
}

export interface ReadOptions {
  readonly cwd: string;
  readonly environment: Environment;
  /** The bytes of a file by path or http(s) URL; `-` is the standard input. Fails with a problem, or the system's reason. */
  readonly read: (place: string) => Promise<Uint8Array>;
}

interface Collected {
  requirements: FileRequirement[];
  constraints: FileRequirement[];
  defaultIndex: string | undefined;
  extraIndexes: string[];
  findLinks: string[];
  noIndex: boolean;
  noBinary: string[];
  onlyBinary: string[];
  pre: boolean;
  requireHashes: string | undefined;
  read: ReadFile[];
  /** By role and path, the index that a file which was read names last: it counts again where the file is named again. */
  seen: Map<string, string | undefined>;
}

/** Reads files of requirements and of constraints. Throws `E_REQUIREMENTS_FILE_…` and what requirements throw. */
export async function readRequirementsFiles(
  paths: { readonly requirements: readonly string[]; readonly constraints: readonly string[] },
  options: ReadOptions,
): Promise<RequirementsFiles> {
  const found: Collected = {
    requirements: [],
    constraints: [],
    defaultIndex: undefined,
    extraIndexes: [],
    findLinks: [],
    noIndex: false,
    noBinary: [],
    onlyBinary: [],
    pre: false,
    requireHashes: undefined,
    read: [],
    seen: new Map(),
  };
  for (const path of paths.requirements) await readFile({ path, within: [], isConstraint: false }, found, options);
  for (const path of paths.constraints) await readFile({ path, within: [], isConstraint: true }, found, options);
  const { defaultIndex, requireHashes, seen: _, ...rest } = found;
  return {
    ...rest,
    ...(defaultIndex === undefined ? {} : { defaultIndex }),
    ...(requireHashes === undefined ? {} : { requireHashes }),
  };
}

interface Inclusion {
  /** As it is written. */
  readonly path: string;
  /** The files that led here, outermost first. */
  readonly within: readonly FilePlace[];
  readonly isConstraint: boolean;
  readonly span?: Span;
}

async function readFile(inclusion: Inclusion, found: Collected, options: ReadOptions): Promise<void> {
  const { path, within, isConstraint } = inclusion;
  const spans = inclusion.span === undefined ? [] : [inclusion.span];
  const file = located(spans, () => placeOf(path, { outer: within.at(-1), cwd: options.cwd }));
  const { place, shown } = file;
  if (within.some((one) => one.place === place))
    throw problem("E_REQUIREMENTS_FILE_LOOP", { file: redactAddress(path) }, { spans });
  // Read again it would say the same again; twenty files that each name the next one twice would be a million readings.
  const role = `${isConstraint ? "-c" : "-r"} ${place}`;
  const indexBefore = found.defaultIndex;
  if (found.seen.has(role)) {
    found.defaultIndex = found.seen.get(role) ?? indexBefore;
    return;
  }
  found.defaultIndex = undefined;
  const bytes = await readBytes(file, spans, options);
  found.read.push({ place, sha256: new Bun.CryptoHasher("sha256").update(bytes).digest("hex") });
  const text = textOf(bytes, file, spans);
  // As with pip and uv: a wheel is looked for where the command runs, wherever the file is that names it.
  const urlOfPath = (written: string): string => Bun.pathToFileURL(resolvePath(options.cwd, written)).href;
  const context: LineContext = { file: shown, urlOfPath };
  const slices = openSlices();
  for (const line of logicalLines(text, options.environment)) {
    if (slices.isOver()) await slices.next();
    for (const parsed of parseLine(line, context)) {
      const nested = collect(parsed, { found, place, cwd: options.cwd, isConstraint });
      if (nested !== undefined) await readFile({ ...nested, within: [...within, file] }, found, options);
    }
  }
  found.seen.set(role, found.defaultIndex);
  found.defaultIndex ??= indexBefore;
}

/** A problem of an included file is told with the line that includes it. */
function located<T>(spans: readonly Span[], act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Problem) || error.spans.length > 0) throw error;
    throw new Problem(error.code, error.params, { cause: error.cause, spans });
  }
}

function readBytes({ place, shown }: FilePlace, spans: readonly Span[], { read }: ReadOptions): Promise<Uint8Array> {
  return read(place).catch((error: unknown) =>
    located(spans, () => {
      if (error instanceof Problem) throw error;
      throw problem("E_REQUIREMENTS_FILE_MISSING", { file: shown, reason: reasonOf(error) }, { cause: error });
    }),
  );
}

function textOf(bytes: Uint8Array, { place, shown }: FilePlace, spans: readonly Span[]): string {
  if (isProjectFile(place)) throw problem("E_REQUIREMENTS_FILE_PROJECT", { file: shown }, { spans });
  const decoded = decodeText(bytes);
  if (!("text" in decoded)) throw problem("E_REQUIREMENTS_FILE_ENCODING", { file: shown, ...decoded }, { spans });
  if (isRemotePlace(place) && /^\s*<(?:!doctype|html)/i.test(decoded.text))
    throw problem("E_REQUIREMENTS_FILE_REMOTE", { file: shown, reason: "page" }, { spans });
  return decoded.text;
}

interface Destination {
  readonly found: Collected;
  /** Of the file that is read. */
  readonly place: string;
  readonly cwd: string;
  readonly isConstraint: boolean;
}

/** Puts what a line says where it belongs; returns the file that it includes, if it does. */
function collect(parsed: ParsedLine, into: Destination): Omit<Inclusion, "within"> | undefined {
  const { found, isConstraint } = into;
  if (parsed.kind === "requirement") {
    const { kind: _, ...entry } = parsed;
    (isConstraint ? found.constraints : found.requirements).push(entry);
    return undefined;
  }
  const { name, value, span } = parsed;
  switch (name) {
    case "requirement":
      return { path: value, isConstraint, span };
    case "constraint":
      return { path: value, isConstraint: true, span };
    case "index-url":
      found.defaultIndex = value;
      return undefined;
    case "extra-index-url":
      found.extraIndexes.push(value);
      return undefined;
    case "find-links":
      found.findLinks.push(linkPlace(value, into));
      return undefined;
    case "no-index":
      found.noIndex = true;
      return undefined;
    case "no-binary":
      found.noBinary.push(value);
      return undefined;
    case "only-binary":
      found.onlyBinary.push(value);
      return undefined;
    case "pre":
      found.pre = true;
      return undefined;
    case "require-hashes":
      found.requireHashes ??= `--require-hashes in '${span.file ?? "-"}'`;
      return undefined;
  }
}

/** A place of links is relative to the file that names it. */
function linkPlace(written: string, { place, cwd }: Destination): string {
  if (/^[a-z][a-z0-9+.-]+:/i.test(written)) return written;
  if (isRemotePlace(place)) return URL.parse(written, place)?.href ?? written;
  return resolvePath(place === "-" ? cwd : dirname(place), written);
}
